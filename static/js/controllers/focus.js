import { Controller } from "stimulus"

const WRONG = "[aria-invalid=true], .notice--stop"

/**
 * Keeps the keyboard's place while parts of the page change, and leads it to what is wrong.
 *
 * htmx keeps the place of what has an id; this is for the rest: a button that rested while its
 * answer was under way, a control that is gone. A button under way is aria-busy.
 *
 * <body data-controller="focus"
 *       data-action="htmx:beforeRequest->focus#remember htmx:afterRequest->focus#rest
 *                    htmx:afterSwap->focus#enter htmx:afterSettle->focus#restore
 *                    submit->focus#leave pageshow@window->focus#rest">
 */
export default class extends Controller {
  connect() {
    const wrong = document.querySelector(WRONG)
    if (wrong && !wrong.closest("[data-samples]")) this.#go(wrong)
  }

  remember({ detail: { elt, requestConfig } }) {
    const press = requestConfig.triggeringEvent
    this.place = document.activeElement
    this.isPressed = ["submit", "click"].includes(press?.type)
    const button = press?.submitter ?? elt
    if (this.isPressed && button.matches("button")) button.ariaBusy = "true"
  }

  restore({ target, detail: { xhr } }) {
    const wrong = xhr.status >= 400 && this.isPressed && target.querySelector(WRONG)
    if (wrong) this.#go(wrong)
    else if (this.#isLost) this.#go(this.#lastPlace ?? target)
  }

  /** Another screen has taken the place of the last: it is entered at its heading. */
  enter({ target }) {
    if (target.id !== "counter" || document.activeElement !== document.body) return
    this.#go(target.querySelector("h1") ?? target)
  }

  // A form without htmx leaves the page.
  leave({ defaultPrevented, submitter }) {
    if (!defaultPrevented && submitter) submitter.ariaBusy = "true"
  }

  rest() {
    for (const button of this.element.querySelectorAll("button[aria-busy]")) button.ariaBusy = null
  }

  get #isLost() {
    // Where nothing had the focus, an answer that comes by itself takes none.
    if (!this.place || this.place === document.body) return false
    return [document.body, null].includes(document.activeElement)
  }

  get #lastPlace() {
    if (this.place?.isConnected) return this.place
    return this.place?.id ? document.getElementById(this.place.id) : null
  }

  #go(element) {
    if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]")) element.tabIndex = -1
    element.focus({ preventScroll: element === this.place })
  }
}
