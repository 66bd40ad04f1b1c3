import { Controller } from "stimulus"

/**
 * Says in a toast that an answer did not come, or was no answer, and keeps the page meanwhile.
 *
 * <body data-controller="network" data-network-probe-value="…something small…">
 *   <div data-network-target="toasts"></div>
 *   <template data-network-target="away">…</template>
 *   <template data-network-target="broken">…</template>
 * </body>
 */
export default class extends Controller {
  static targets = ["toasts", "away", "broken"]
  static values = { probe: String }

  connect() {
    for (const name of ["htmx:sendError", "htmx:timeout"]) this.element.addEventListener(name, this.#away)
    for (const name of ["click", "submit"]) this.element.addEventListener(name, this.#hold)
    this.element.addEventListener("htmx:responseError", this.#broken)
  }

  disconnect() {
    for (const name of ["htmx:sendError", "htmx:timeout"]) this.element.removeEventListener(name, this.#away)
    for (const name of ["click", "submit"]) this.element.removeEventListener(name, this.#hold)
    this.element.removeEventListener("htmx:responseError", this.#broken)
  }

  #away = () => this.#say(this.awayTarget)

  // 401 is the lock's business.
  #broken = (event) => {
    if (event.detail.xhr.status !== 401) this.#say(this.brokenTarget)
  }

  // Without a network the browser would leave for a page of its own, and what was typed be gone.
  // It may be wrong about that, so the server is asked before anybody is kept waiting.
  #hold = (event) => {
    const wanted = event.type === "submit" ? event.target : event.target.closest("a[href]")
    if (!wanted || navigator.onLine || this.isReached || event.defaultPrevented) return
    event.preventDefault()
    fetch(this.probeValue, { cache: "no-store" }).then(() => this.#go(wanted, event.submitter), this.#away)
  }

  #go(wanted, submitter) {
    this.isReached = true
    if (submitter !== undefined) wanted.requestSubmit(submitter)
    else wanted.click()
    this.isReached = false
  }

  #say(template) {
    this.toastsTarget.replaceChildren(template.content.cloneNode(true))
  }
}
