import { Controller } from "stimulus"
import { isDoneOnce } from "acts"

/**
 * Says aloud what changed where nobody is looking: the page's one live region.
 *
 * What is to be heard carries its words. Words that stood on the page before are not said again,
 * unless a tap asked for the answer; what is `first` is said also when the page opens. A script
 * speaks by the event `announce`.
 *
 * <body data-controller="announcer"
 *       data-action="announce@document->announcer#hear htmx:beforeRequest->announcer#ask htmx:afterSwap->announcer#enter">
 *   <p class="unseen" role="status" data-announcer-target="region"></p>
 *   <div data-announcer-target="first"><p data-announce="…">…</p></div>
 *   … <section data-announce="…">
 * </body>
 */
export default class extends Controller {
  static targets = ["region", "first"]
  // Before the words are there, the region is empty: else the same words twice are said once.
  static breath = 100

  connect() {
    this.waiting = []
    this.heard = new WeakSet()
    this.known = this.#wordsThere
    this.#look()
    this.watching = new MutationObserver(() => this.#look())
    this.watching.observe(this.element, { childList: true, subtree: true })
  }

  disconnect() {
    this.watching.disconnect()
    clearTimeout(this.soon)
  }

  hear({ detail: { words } }) { this.#say([words]) }

  ask({ detail: { requestConfig } }) {
    if (isDoneOnce(requestConfig.triggeringEvent)) this.known = []
  }

  /** Another screen has taken the place of the last: as when a page opens. */
  enter({ target }) {
    if (target.id === "counter") this.known = this.#wordsThere
  }

  get #speakers() { return [...this.element.querySelectorAll("[data-announce]")] }

  get #wordsThere() {
    return this.#speakers.filter((it) => !this.#isFirst(it)).map((it) => it.dataset.announce)
  }

  #isFirst(speaker) { return this.firstTargets.some((it) => it.contains(speaker)) }

  #isNews(speaker) {
    if (this.heard.has(speaker)) return false
    return this.#isFirst(speaker) || !this.known.includes(speaker.dataset.announce)
  }

  // What lies under the lock is not for whoever stands before it.
  #look() {
    const news = this.#speakers.filter((it) => this.#isNews(it))
    this.known = this.#speakers.map((it) => it.dataset.announce)
    for (const speaker of news) this.heard.add(speaker)
    this.#say(news.filter((it) => !it.closest("[inert]")).map((it) => it.dataset.announce))
  }

  #say(words) {
    const heard = words.filter((each) => each && !this.waiting.includes(each))
    if (heard.length === 0) return
    this.waiting.push(...heard)
    this.regionTarget.textContent = ""
    clearTimeout(this.soon)
    this.soon = setTimeout(() => {
      this.regionTarget.textContent = this.waiting.join(" ")
      this.waiting = []
    }, this.constructor.breath)
  }
}
