import { Controller } from "stimulus"
import htmx from "htmx"

/**
 * Takes what is typed anywhere on the page into the one field, if the clerk wants that, asks the
 * server what a scan means, and lets the answer drop below the field where no place is kept for it:
 * the page stays as it was.
 *
 * <div data-controller="find" data-find-url-value="…" data-find-anywhere-value="true"
 *      data-action="scanned@document->find#take keydown.esc@document->find#escape
 *                   click@document->find#beside">
 *   <form hx-target="#found"><input data-find-target="field"></form>
 *   <div tabindex="-1" data-find-target="panel" hidden>
 *     <button type="button" data-action="find#close">…</button>
 *     <section id="found" data-find-target="found"></section>
 *   </div>
 * </div>
 */
export default class extends Controller {
  static targets = ["field", "panel", "found"]
  static values = { url: String, anywhere: Boolean }

  connect() { document.addEventListener("keydown", this.#catch) }
  disconnect() { document.removeEventListener("keydown", this.#catch) }

  /** The only listener of `scanned`, whoever scanned: detail is {text, format, by}. */
  take(event) {
    const { text, format, by } = event.detail
    if (this.#isLocked || !text.trim()) return
    const values = { text, format, scanned_by: by }
    htmx.ajax("POST", this.urlValue, { source: this.element, event, target: "#found", swap: "outerHTML", values })
  }

  foundTargetConnected(answer) {
    if (!this.hasPanelTarget || !answer.childElementCount) return
    // Beneath an open dialog nothing can have the focus.
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close()
    if (this.panelTarget.hidden) this.returnTo = document.activeElement
    this.panelTarget.hidden = false
    this.panelTarget.focus()
  }

  close() {
    if (!this.#isOpen) return
    const holdsFocus = this.panelTarget.contains(document.activeElement) || document.activeElement === document.body
    this.panelTarget.hidden = true
    if (holdsFocus) this.returnTo?.focus({ preventScroll: true })
  }

  escape(event) {
    if (!this.#isOpen || this.#isLocked) return
    // In the field it would also wipe out what was typed.
    event.preventDefault()
    this.close()
  }

  beside(event) {
    if (this.#isOpen && event.target.isConnected && !this.element.contains(event.target)) this.close()
  }

  get #isOpen() { return this.hasPanelTarget && !this.panelTarget.hidden }
  get #isLocked() { return Boolean(this.element.closest("[inert]")) }

  #catch = (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest("input, textarea, select, dialog, [data-controller~=pinpad]")) return
    if (this.#isLocked || !this.anywhereValue) return
    if (event.key === " " && event.target.closest("button, a, summary")) return
    this.fieldTarget.focus()
  }
}
