import { Controller } from "stimulus"

/**
 * Brings up the keyboard that fits what will be typed: digits for a phone, letters for a name.
 *
 * <div data-controller="keyboard">
 *   <form role="search"><input type="search"></form>
 *   <button type="button" data-action="keyboard#offer" data-keyboard-mode-param="tel"
 *           data-keyboard-words-param="Phone, as it is said">Phone</button>
 * </div>
 */
export default class extends Controller {
  offer({ params }) {
    const field = this.element.querySelector("[role=search] input[type=search]")
    // A keyboard that is open already changes only when the field is entered anew.
    field.blur()
    field.inputMode = params.mode
    field.placeholder = params.words
    field.focus()
    field.select()
  }
}
