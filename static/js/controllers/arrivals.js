import { Controller } from "stimulus"
import * as feedback from "scanning/feedback"

/**
 * Sounds when somebody announced himself by phone; who was there before is not heard again.
 *
 * Browsers let a page sound only after a touch: the first one anywhere opens it.
 *
 * <div data-controller="arrivals">
 *   <div id="arrivals" hx-get="…" hx-trigger="every 900ms">
 *     <form data-arrivals-target="one" data-number="12">…</form>
 *   </div>
 * </div>
 */
export default class extends Controller {
  static targets = ["one"]
  static heard = new Set()

  connect() { document.addEventListener("pointerdown", feedback.unlock, { once: true }) }

  disconnect() { document.removeEventListener("pointerdown", feedback.unlock) }

  oneTargetConnected({ dataset: { number } }) {
    if (this.constructor.heard.has(number)) return
    this.constructor.heard.add(number)
    feedback.celebrate()
  }
}
