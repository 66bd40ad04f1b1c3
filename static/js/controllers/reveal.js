import { Controller } from "stimulus"

// So long the finger must have rested: the next tap would meet something else than it aims at.
const REST = 400

/**
 * Brings what opened under the finger into view, once the finger rests.
 *
 * <div data-controller="reveal" data-reveal-fresh-class="…">…</div>
 */
export default class extends Controller {
  static classes = ["fresh"]

  connect() {
    this.element.classList.add(...this.freshClasses)
    document.addEventListener("pointerdown", this.#wait)
    document.addEventListener("keydown", this.#wait)
    this.#wait()
  }

  disconnect() {
    document.removeEventListener("pointerdown", this.#wait)
    document.removeEventListener("keydown", this.#wait)
    clearTimeout(this.rest)
  }

  #wait = () => {
    clearTimeout(this.rest)
    this.rest = setTimeout(() => this.#show(), REST)
  }

  #show() {
    this.disconnect()
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth"
    this.element.scrollIntoView({ block: "nearest", behavior: calm })
  }
}
