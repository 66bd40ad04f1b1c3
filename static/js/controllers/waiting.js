import { Controller } from "stimulus"
import { again, isAct, isDoneOnce } from "acts"
import { reaches } from "reach"
import Wait from "wait"

const LONG = 4000
// A little longer than htmx waits (htmx_config.json).
const PATIENCE = 16_000
// The browser waits for one page only, the last that was wanted.
const PAGE = "page"
const LINK = "a[href^='/'], a[href^='?']"

/**
 * Shows that an answer is on its way, whoever fetches it: what was pressed is aria-busy, a bar runs
 * along the upper edge (CSS holds both back for 300 ms), and words come when it takes long. What is
 * on its way is not sent again. What a page asks by itself shows nothing.
 *
 * When nobody answers, the browser would leave for a page of its own, and what was typed be gone. So
 * a form without htmx asks first; a link, which leads to the offline page at worst, only in doubt.
 *
 * <div data-controller="waiting" data-waiting-on-class="waiting--on"
 *      data-action="submit@document->waiting#leave click@document->waiting#leave
 *                   htmx:confirm@document->waiting#once htmx:beforeSend@document->waiting#send
 *                   htmx:afterRequest@document->waiting#answer">
 *   <p data-waiting-target="place"></p>
 *   <template data-waiting-target="words">…</template>
 * </div>
 */
export default class extends Controller {
  static targets = ["place", "words"]
  static classes = ["on"]

  initialize() { this.waits = new Map() }

  disconnect() {
    for (const key of [...this.waits.keys()]) this.#end(key)
  }

  once(event) {
    const { elt, triggeringEvent } = event.detail
    if (isDoneOnce(triggeringEvent) && this.#isOnItsWay(elt, triggeringEvent)) event.preventDefault()
  }

  send({ detail: { elt, xhr, requestConfig: { triggeringEvent } } }) {
    if (isAct(triggeringEvent)) this.#begin(xhr, elt, triggeringEvent)
  }

  // An answer that leads to another page is not over yet.
  answer({ detail: { xhr, keepIndicators } }) {
    if (!keepIndicators) this.#end(xhr)
  }

  async leave(event) {
    const sender = event.type === "submit" ? event.target : event.target.closest(LINK)
    if (!sender || event.defaultPrevented || sender.method === "dialog") return
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    if (this.isSure) return this.#begin(PAGE, sender, event)
    const isLink = sender.matches(LINK)
    if (!isLink && this.#isOnItsWay(sender, event)) return event.preventDefault()
    const wait = this.#begin(PAGE, sender, event)
    if (isLink && !this.#isInDoubt) return
    event.preventDefault()
    const isThere = await reaches()
    if (this.waits.get(PAGE) !== wait) return
    if (!isThere) return this.#lose(PAGE, "lost")
    // By now htmx may have taken the form over.
    this.#end(PAGE)
    this.isSure = true
    again(sender, event)()
    this.isSure = false
  }

  #isOnItsWay(sender, cause) { return [...this.waits.values()].some((wait) => wait.isFor(sender, cause)) }

  get #isInDoubt() { return !navigator.onLine || Boolean(document.body.dataset.networkStateValue) }

  #begin(key, sender, cause) {
    this.#end(key)
    const wait = new Wait(sender, cause, PATIENCE, () => this.#lose(key, "late"))
    this.waits.set(key, wait)
    this.element.classList.add(...this.onClasses)
    this.clock ??= setTimeout(() => this.placeTarget.replaceChildren(this.wordsTarget.content.cloneNode(true)), LONG)
    return wait
  }

  // Told as htmx tells it, for the banner (network.js).
  #lose(key, name) {
    const wait = this.waits.get(key)
    this.#end(key)
    if (wait) this.dispatch(name, { detail: { elt: wait.sender, requestConfig: { triggeringEvent: wait.cause } } })
  }

  #end(key) {
    this.waits.get(key)?.end()
    if (!this.waits.delete(key) || this.waits.size) return
    this.clock = clearTimeout(this.clock)
    this.element.classList.remove(...this.onClasses)
    this.placeTarget.replaceChildren()
  }
}
