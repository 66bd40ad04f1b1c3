import { Controller } from "stimulus"

/**
 * Says in a toast that an answer of htmx did not come, or was no answer.
 *
 * <body data-controller="network">
 *   <div data-network-target="toasts"></div>
 *   <template data-network-target="away">…</template>
 *   <template data-network-target="broken">…</template>
 * </body>
 */
export default class extends Controller {
  static targets = ["toasts", "away", "broken"]

  connect() {
    for (const name of ["htmx:sendError", "htmx:timeout"]) this.element.addEventListener(name, this.#away)
    this.element.addEventListener("htmx:responseError", this.#broken)
  }

  disconnect() {
    for (const name of ["htmx:sendError", "htmx:timeout"]) this.element.removeEventListener(name, this.#away)
    this.element.removeEventListener("htmx:responseError", this.#broken)
  }

  #away = () => this.#say(this.awayTarget)

  // 401 is the lock's business.
  #broken = (event) => {
    if (event.detail.xhr.status !== 401) this.#say(this.brokenTarget)
  }

  #say(template) {
    this.toastsTarget.replaceChildren(template.content.cloneNode(true))
  }
}
