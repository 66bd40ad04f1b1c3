import { Controller } from "stimulus"

/**
 * Steps a number field with two big buttons, which rest at its ends.
 *
 * <div data-controller="stepper">
 *   <button type="button" data-action="stepper#less" data-stepper-target="less">−</button>
 *   <input type="number" min="0" max="3" data-stepper-target="field" data-action="stepper#settle">
 *   <button type="button" data-action="stepper#more" data-stepper-target="more">+</button>
 * </div>
 */
export default class extends Controller {
  static targets = ["field", "less", "more"]

  connect() { this.settle() }
  less() { this.#step("stepDown") }
  more() { this.#step("stepUp") }

  settle() {
    const { value, min, max } = this.fieldTarget
    this.lessTarget.disabled = Number(value) <= Number(min)
    this.moreTarget.disabled = Number(value) >= Number(max)
  }

  #step(direction) {
    this.fieldTarget[direction]()
    this.fieldTarget.dispatchEvent(new Event("change", { bubbles: true }))
    this.settle()
  }
}
