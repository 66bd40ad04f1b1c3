import { Controller } from "stimulus"

/**
 * Lets the sum and the main button rest from a change until the server has reckoned it anew.
 *
 * <form id="f" data-controller="reckon" data-action="change->reckon#begin:capture htmx:configRequest->reckon#ask
 *       htmx:afterRequest->reckon#end formdata->reckon#thin click@document->reckon#hold:capture
 *       online@window->reckon#again">…</form>
 * <div class="reckoned">… <button form="f">…</button></div>
 */
export default class extends Controller {
  initialize() { this.changes = this.asked = this.known = 0 }

  // A photograph lies inside, and is another form's.
  begin({ target }) {
    if (target.form !== this.element) return
    this.changes += 1
    this.element.classList.add("is-reckoning")
  }

  ask(event) {
    if (event.target === this.element) this.asked = this.changes
  }

  // What was changed while this answer was on its way is asked next (hx-sync).
  end({ target, detail }) {
    if (target !== this.element || !detail.successful) return
    this.known = this.asked
    this.element.classList.toggle("is-reckoning", this.known < this.changes)
  }

  // Without an answer the old sum must not be paid: a tap asks again instead.
  hold(event) {
    if (!this.#isReckoning || !event.target.closest(`.reckoned button[form="${this.element.id}"]`)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    this.again()
  }

  again() {
    if (!this.#isReckoning || this.element.classList.contains("htmx-request")) return
    this.element.dispatchEvent(new Event("change", { bubbles: true }))
  }

  // Lines of which nothing comes back are not sent: a long receipt has hundreds.
  thin({ formData }) {
    for (const [name, value] of [...formData]) {
      if (name.endsWith("-units") && Number(value) === 0) formData.delete(name)
    }
  }

  get #isReckoning() { return this.element.classList.contains("is-reckoning") }
}
