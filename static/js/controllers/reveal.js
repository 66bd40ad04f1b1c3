import { Controller } from "stimulus"

const seen = new Set()

/**
 * Brings what opens under the finger into view, once: what stays open does not move the page.
 *
 * <div id="…" data-controller="reveal" data-reveal-fresh-class="…">…</div>
 */
export default class extends Controller {
  static classes = ["fresh"]

  connect() {
    if (seen.has(this.element.id)) return
    seen.add(this.element.id)
    this.element.classList.add(...this.freshClasses)
    this.element.scrollIntoView({ block: "nearest" })
  }
}
