import { Controller } from "stimulus"

const WRONG = "[aria-invalid=true], .notice--stop"

/**
 * Keeps the keyboard's place while parts of the page change, and leads it to what is wrong.
 *
 * htmx keeps the place of what has an id; this is for the rest: a control that is gone.
 *
 * <body data-controller="focus"
 *       data-action="htmx:beforeRequest->focus#remember htmx:afterSwap->focus#enter
 *                    htmx:afterSettle->focus#restore">
 */
export default class extends Controller {
  connect() {
    const wrong = document.querySelector(WRONG)
    if (wrong && !wrong.closest("[data-samples]")) this.#go(wrong)
  }

  remember({ detail: { requestConfig } }) {
    this.place = document.activeElement
    this.isPressed = ["submit", "click"].includes(requestConfig.triggeringEvent?.type)
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
