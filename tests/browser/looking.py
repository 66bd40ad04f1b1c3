"""What is looked for on every screen; each answers with what is wrong there, in words."""

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What Django's own pages bring along, and we cannot mend without copying them.
DJANGO_S_OWN = {
    # admin/js/SelectFilter2.js writes a <span aria-label> as the picture of the filter.
    "aria-prohibited-attr": ".help-tooltip",
    # admin/edit_inline/tabular.html heads the columns of its own buttons with nothing.
    "empty-table-header": ".inline-group th",
}
# Pixels; half a one is rounding.
TARGET = 43.5
BUTTON = 45.5
TEXT = 13

# Everything in its place: the bars do not lie over what comes out by scrolling, and receipts
# further down are as tall as they will be. Until they come near, the browser keeps a box of one
# height for each; what is in it is not painted, and is measured on top of the next. Colours are
# the final ones at once: a receipt that is drawn only now would begin to change its own.
IN_PLACE = """
    .columns__next, .counter__top { position: static !important }
    .receipt { content-visibility: visible !important }
    *, ::before, ::after { transition: none !important }
"""
PLACE = """rules => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(rules)
    document.adoptedStyleSheets = [sheet]
}"""
RELEASE = "document.adoptedStyleSheets = []"
ASK_AXE = """async ([only, others]) => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"], runOnly: only })
    return violations.flatMap(({ id, nodes }) => nodes
        .filter(({ target: [place] }) => !document.querySelector(place)?.matches(others[id] ?? "x"))
        .map(it => `${id}: ${it.html.slice(0, 120)} ${it.failureSummary.slice(0, 200)}`))
}"""

# Motion stands still and colours are the final ones before anything is measured.
REST = """async () => {
    const frame = () => new Promise(requestAnimationFrame)
    await frame(); await frame()
    for (const moving of document.getAnimations()) try { moving.finish() } catch { moving.cancel() }
}"""

TARGETS = """least => [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]")]
    .filter(it => it.checkVisibility({ visibilityProperty: true }) && !it.closest("[inert]"))
    .filter(it => !it.matches("p > a, .skip:not(:focus)"))
    .map(it => [it, (it.closest("label") ?? it).getBoundingClientRect()])
    .filter(([it, box]) => !it.closest(".pinpad__plain") && box.width > 0)
    .filter(([, box]) => box.width < least || box.height < least)
    .map(([it, { width, height }]) => `${it.outerHTML.slice(0, 90)} ${width} x ${height}`)"""

# The house's own buttons are a little taller still.
LOW_BUTTONS = """least => [...document.querySelectorAll(
        "button, a.button, summary, input:not([type=hidden])")]
    .filter(it => it.checkVisibility({ visibilityProperty: true }))
    .map(it => [it, (it.closest("label") ?? it).getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.height < least)
    .map(([it, box]) => `${it.outerHTML.slice(0, 90)} ${box.height}`)"""

SMALL_TEXT = """least => [...document.querySelectorAll("body *")]
    .filter(it => it.checkVisibility({ visibilityProperty: true }))
    .filter(it => [...it.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(it => parseFloat(getComputedStyle(it).fontSize) < least)
    .map(it => it.textContent.trim().slice(0, 40))"""

FILLED = """() => {
    const probe = document.body.appendChild(document.createElement("i"))
    probe.style.cssText = "background: var(--brand)"
    const brand = getComputedStyle(probe).backgroundColor
    probe.remove()
    return [...document.querySelectorAll("a, button, input[type=submit]")]
        .filter(it => it.checkVisibility({ visibilityProperty: true }))
        .filter(it => getComputedStyle(it).backgroundColor === brand)
        .map(it => it.textContent.trim() || it.value)
}"""

WIDER = "() => document.documentElement.scrollWidth - innerWidth"

# Wider than the screen, or text cut off at the edge of what holds it.
OVERFLOW = """() => {
    const cut = [...document.body.querySelectorAll("*")].filter(it => {
        const style = getComputedStyle(it)
        const holds = it.checkVisibility({ visibilityProperty: true }) && it.innerText?.trim()
        const hides = style.overflowX === "hidden" || style.overflowX === "clip"
        return holds && hides && style.clipPath === "none" && it.scrollWidth > it.clientWidth + 1
    }).map(it => `cut off: ${it.outerHTML.slice(0, 90)}`)
    const wide = document.documentElement.scrollWidth - window.innerWidth
    if (wide <= 0) return cut
    const out = [...document.body.querySelectorAll("*")].filter(it =>
        it.checkVisibility() && it.getBoundingClientRect().right > window.innerWidth + 1)
    return [...cut, `${wide} pixels too wide: ${out.at(-1)?.outerHTML.slice(0, 90)}`]
}"""

# WCAG 1.4.12; adopted, because the content security policy knows no inline style.
SPACING = """
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important }
    p { margin-block-end: 2em !important }
"""

MOTION = """() => [...document.querySelectorAll("*")].flatMap(it => ["", "::before", "::after"]
    .map(part => [it, getComputedStyle(it, part)]))
    .filter(([, style]) => [style.animationDuration, style.transitionDuration]
        .flatMap(all => all.split(",")).some(each => parseFloat(each) > 0.001))
    .filter(([, style]) => style.animationName !== "toast-gone")
    .map(([it, style]) => `${it.outerHTML.slice(0, 90)} ${style.animationDuration}`)"""


def rest(page: Page) -> None:
    """Wait for what moves."""
    page.evaluate(REST)


def violations(page: Page, only: str = "") -> list[str]:
    """Ask axe-core by every standard, or by one rule only."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    rules = {"type": "rule", "values": [only]} if only else STANDARDS
    page.evaluate(PLACE, IN_PLACE)
    rest(page)
    found = list(page.evaluate(ASK_AXE, [rules, DJANGO_S_OWN]))
    page.evaluate(RELEASE)
    return found


def small_targets(page: Page) -> list[str]:
    """Find what a finger misses; links inside sentences are excepted."""
    return list(page.evaluate(TARGETS, TARGET))


def low_buttons(page: Page) -> list[str]:
    """Find buttons and fields less tall than the house wants them."""
    return [f"low: {it}" for it in page.evaluate(LOW_BUTTONS, BUTTON)]


def small_text(page: Page) -> list[str]:
    """Find what cannot be read standing."""
    return [f"small text: {words}" for words in page.evaluate(SMALL_TEXT, TEXT)]


def main_buttons(page: Page) -> list[str]:
    """Find more than one filled button: nobody knows then what to do next."""
    filled = page.evaluate(FILLED)
    return [f"filled buttons: {filled}"] if len(filled) > 1 else []


def too_wide(page: Page) -> list[str]:
    """Find whether the page scrolls sideways."""
    wider = page.evaluate(WIDER)
    return [f"{wider} pixels too wide"] if wider > 0 else []


def overflow(page: Page) -> list[str]:
    """Find what sticks out of the screen sideways, or is cut off."""
    return list(page.evaluate(OVERFLOW))


def overflow_spaced_out(page: Page) -> list[str]:
    """Find what overflows when the text is set as wide as a person may have to."""
    page.evaluate(PLACE, SPACING)
    found = overflow(page)
    page.evaluate(RELEASE)
    return found


def motion(page: Page) -> list[str]:
    """Find what moves although the device asks for rest."""
    return list(page.evaluate(MOTION))
