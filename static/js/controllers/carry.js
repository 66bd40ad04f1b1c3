import { Controller } from "stimulus"

/**
 * Sends what is half made elsewhere on the page along with a form, so that the page can come back
 * with it: `again` is the address that the answer passes all of it on to.
 *
 * <form data-controller="carry" data-action="formdata->carry#add"
 *       data-carry-from-value="#sign_up" data-carry-again-value="/sign-up/again/">…</form>
 */
export default class extends Controller {
  static values = { from: String, again: String }

  add({ formData }) {
    const halfMade = document.querySelector(this.fromValue)
    if (!halfMade) return
    const own = new Set(formData.keys())
    for (const [name, value] of new FormData(halfMade)) {
      if (!own.has(name)) formData.append(name, value)
    }
    formData.append("again", this.againValue)
  }
}
