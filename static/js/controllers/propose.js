import { Controller } from "stimulus"

/**
 * Chooses what a proposal goes with: whoever takes the article it shows, exchanges.
 *
 * <fieldset data-controller="propose" data-action="change->propose#choose"
 *     data-propose-with-value="l7-EXCHANGE">
 *   <input type="radio" name="l7-replacement" value="12">
 * </fieldset>
 */
export default class extends Controller {
  static values = { with: String }

  choose() { document.getElementById(this.withValue).checked = true }
}
