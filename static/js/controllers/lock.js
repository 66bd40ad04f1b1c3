import { Controller } from "stimulus"

/**
 * Covers the counter when nobody has touched it for a while; what was typed stays beneath.
 *
 * The server locks by its own clock as well. While someone works without asking it anything, it is
 * told so now and then.
 *
 * <div data-controller="lock" data-lock-after-value="120" data-lock-url-value="…"
 *      data-lock-awake-url-value="…"
 *      data-action="locked@document->lock#cover unlocked@document->lock#uncover">
 *   <div data-lock-target="page" data-action="htmx:beforeRequest->lock#hold">
 *     <form data-action="submit->lock#now">…</form>
 *   </div>
 *   <section data-lock-target="sheet" hidden>… <a data-lock-target="other" href="…">…</a></section>
 * </div>
 */
export default class extends Controller {
  static targets = ["page", "sheet", "other"]
  static values = { after: Number, url: String, awakeUrl: String }
  static signs = ["pointerdown", "keydown", "wheel", "input"]

  connect() {
    this.touchedAt = this.toldAt = Date.now()
    for (const sign of this.constructor.signs) document.addEventListener(sign, this.#touch, { passive: true })
    this.clock = setInterval(() => this.look(), 1000)
  }

  disconnect() {
    for (const sign of this.constructor.signs) document.removeEventListener(sign, this.#touch)
    clearInterval(this.clock)
  }

  // A screen that took the place of the last one while the sheet lay over it.
  pageTargetConnected() { this.#hide() }

  look() {
    if (this.#isLocked || Date.now() - this.touchedAt < this.afterValue * 1000) return
    this.cover()
    this.#post(this.urlValue)
  }

  now(event) {
    event.preventDefault()
    this.cover()
    this.#post(this.urlValue)
  }

  cover() {
    if (this.#isLocked) return
    this.returnTo = document.activeElement
    this.returnTo?.blur()
    // An open dialog would keep the sheet out of reach.
    for (const dialog of this.pageTarget.querySelectorAll("dialog[open]")) dialog.close()
    this.sheetTarget.hidden = false
    this.#hide()
    this.sheetTarget.focus()
  }

  // What the page beneath asks by itself would only be told that it is locked.
  hold(event) {
    if (this.#isLocked) event.preventDefault()
  }

  uncover() {
    this.sheetTarget.hidden = true
    this.pageTarget.classList.remove("is-locked")
    this.pageTarget.inert = false
    this.touchedAt = this.toldAt = Date.now()
    // An answer that came meanwhile has put another in its place.
    const place = this.returnTo?.isConnected ? this.returnTo : document.getElementById(this.returnTo?.id)
    place?.focus()
  }

  #hide() {
    if (!this.#isLocked) return
    this.pageTarget.inert = true
    this.pageTarget.classList.add("is-locked")
    // Whoever signs in instead goes on with what was open.
    this.otherTarget.search = new URLSearchParams({ next: location.pathname + location.search })
  }

  get #isLocked() { return !this.sheetTarget.hidden }

  #touch = () => {
    if (this.#isLocked) return
    this.look()
    this.touchedAt = Date.now()
    if (this.touchedAt - this.toldAt < this.afterValue * 250) return
    this.toldAt = this.touchedAt
    this.#post(this.awakeUrlValue)
  }

  // A lost post does no harm: the server's own clock locks, and the next touch tells it again.
  #post(url) {
    const headers = JSON.parse(document.body.getAttribute("hx-headers"))
    fetch(url, { method: "POST", headers: { ...headers, "HX-Request": "true" } })
      .then((answer) => answer.status === 401 && this.cover())
      .catch(() => {})
  }
}
