import { Controller } from "stimulus"

/**
 * Opens a dialog over the page and closes it by its button or a tap beside it.
 *
 * <div data-controller="dialog">
 *   <button type="button" data-action="dialog#open">…</button>
 *   <dialog class="dialog" data-dialog-target="box" data-action="click->dialog#beside">
 *     … <button type="button" data-action="dialog#close">…</button>
 *   </dialog>
 * </div>
 */
export default class extends Controller {
  static targets = ["box"]

  open() { this.boxTarget.showModal() }
  close() { this.boxTarget.close() }

  beside(event) {
    if (event.target === this.boxTarget) this.close()
  }
}
