import { Controller } from "stimulus"

/**
 * Sends along whether a fold is open, so that the answer comes back folded alike.
 *
 * <details data-controller="fold" data-action="toggle->fold#remember">
 *   <input type="hidden" name="unfolded" data-fold-target="field">
 * </details>
 */
export default class extends Controller {
  static targets = ["field"]

  remember() { this.fieldTarget.value = this.element.open ? "1" : "" }
}
