import { Controller } from "stimulus"

const LENGTH = 6

/**
 * Types a PIN with big keys or the keyboard, shows it as dots, and sends it at the sixth digit.
 *
 * <form class="pinpad" data-controller="pinpad" data-action="keydown@document->pinpad#type">
 *   <div><span data-pinpad-target="dot"></span> … six of them</div>
 *   <div class="pinpad__plain"><input name="pin" data-pinpad-target="field"></div>
 *   <button type="button" data-action="pinpad#press" data-pinpad-digit-param="1">1</button> …
 *   <button type="button" data-action="pinpad#erase">⌫</button>
 * </form>
 */
export default class extends Controller {
  static targets = ["field", "dot"]

  connect() {
    this.fieldTarget.tabIndex = -1
    this.#show("")
  }

  press({ params }) { this.#add(String(params.digit)) }
  erase() { this.#show(this.fieldTarget.value.slice(0, -1)) }

  type(event) {
    if (!this.element.checkVisibility() || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest("input, textarea, select") && event.target !== this.fieldTarget) return
    if (/^[0-9]$/.test(event.key)) this.#add(event.key)
    else if (event.key === "Backspace") this.erase()
    else return
    event.preventDefault()
  }

  #add(digit) {
    if (this.fieldTarget.value.length >= LENGTH) return
    this.element.classList.remove("pinpad--wrong")
    this.#show(this.fieldTarget.value + digit)
    if (this.fieldTarget.value.length === LENGTH) this.element.requestSubmit()
  }

  #show(pin) {
    this.fieldTarget.value = pin
    this.dotTargets.forEach((dot, at) => dot.classList.toggle("pinpad__dot--full", at < pin.length))
  }
}
