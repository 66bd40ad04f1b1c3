import { Controller } from "stimulus"

/**
 * Sends what is typed or scanned anywhere on the page into the one field, without a tap first.
 *
 * <form data-controller="find"><input data-find-target="field"></form>
 */
export default class extends Controller {
  static targets = ["field"]

  connect() { document.addEventListener("keydown", this.#catch) }
  disconnect() { document.removeEventListener("keydown", this.#catch) }

  #catch = (event) => {
    if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest("input, textarea, select, dialog, [data-controller~=pinpad]")) return
    if (this.element.closest("[inert]")) return
    if (event.key === " " && event.target.closest("button, a, summary")) return
    this.fieldTarget.focus()
  }
}
