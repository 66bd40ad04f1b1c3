import { Controller } from "stimulus"

/**
 * Steps a number field with two big buttons, which rest at its ends.
 *
 * They rest by aria-disabled: a disabled button would lose the keyboard's place.
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
    this.lessTarget.ariaDisabled = Number(value) <= Number(min)
    this.moreTarget.ariaDisabled = Number(value) >= Number(max)
  }

  #step(direction) {
    const before = this.fieldTarget.value
    this.fieldTarget[direction]()
    if (this.fieldTarget.value === before) return
    this.fieldTarget.dispatchEvent(new Event("change", { bubbles: true }))
    this.settle()
  }
}
