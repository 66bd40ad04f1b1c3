import { Controller } from "stimulus"
import { isAct } from "acts"

const LONG = 4000

/**
 * Shows that an answer is on its way: a bar (which CSS holds back for 300 ms), and words when it
 * takes long. What a page asks by itself shows nothing.
 *
 * <div class="waiting" data-controller="waiting" data-waiting-on-class="waiting--on">
 *   <p data-waiting-target="place"></p>
 *   <template data-waiting-target="words">…</template>
 * </div>
 */
export default class extends Controller {
  static targets = ["place", "words"]
  static classes = ["on"]

  connect() {
    this.open = new Set()
    this.ears = new AbortController()
    const { signal } = this.ears
    document.addEventListener("htmx:beforeSend", this.#began, { signal })
    document.addEventListener("htmx:afterRequest", this.#ended, { signal })
  }

  disconnect() {
    this.ears.abort()
    clearTimeout(this.clock)
  }

  #began = ({ detail: { xhr, requestConfig } }) => {
    if (!isAct(requestConfig.triggeringEvent)) return
    this.open.add(xhr)
    this.element.classList.add(...this.onClasses)
    this.clock ??= setTimeout(() => this.placeTarget.replaceChildren(this.wordsTarget.content.cloneNode(true)), LONG)
  }

  #ended = ({ detail: { xhr } }) => {
    this.open.delete(xhr)
    if (this.open.size) return
    clearTimeout(this.clock)
    this.clock = null
    this.element.classList.remove(...this.onClasses)
    this.placeTarget.replaceChildren()
  }
}
