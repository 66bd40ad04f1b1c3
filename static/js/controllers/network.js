import { Controller } from "stimulus"
import { again, isAct } from "acts"

const EVERY = 3000
const PATIENCE = 4000
const CALM = 4000
const SILENT = [502, 503, 504]

/**
 * Says when the network or the server is gone and when it is back, and offers once more what the
 * clerk wanted. The page stays as it is meanwhile, with what was typed; nothing is sent by itself.
 *
 * <body data-controller="network" data-network-probe-value="…an address that answers 204…">
 *   <div data-network-target="place"></div>
 *   <template data-network-target="words" data-state="network">… <button hidden
 *     data-network-target="again" data-action="network#again">…</button></template>
 *   … the same for server, late, back
 * </body>
 */
export default class extends Controller {
  static targets = ["place", "words", "again"]
  static values = { probe: String, state: String }

  connect() {
    this.ears = new AbortController()
    const { signal } = this.ears
    for (const name of ["online", "offline"]) window.addEventListener(name, () => this.#look(), { signal })
    for (const name of ["htmx:sendError", "htmx:timeout"]) this.element.addEventListener(name, this.#failed, { signal })
    for (const name of ["click", "submit"]) this.element.addEventListener(name, this.#hold, { signal })
    this.element.addEventListener("htmx:afterRequest", this.#answered, { signal })
    if (!navigator.onLine) this.#look()
  }

  disconnect() {
    this.ears.abort()
    clearTimeout(this.next)
  }

  again() {
    const repeat = this.wanted
    this.wanted = null
    if (this.stateValue !== "network" && this.stateValue !== "server") this.#say("")
    repeat?.()
  }

  #failed = (event) => {
    const { elt, requestConfig } = event.detail
    this.#want(elt, requestConfig?.triggeringEvent)
    this.#look(event.type === "htmx:timeout" ? "late" : "back")
  }

  #answered = (event) => {
    const { xhr, requestConfig } = event.detail
    if (!xhr.status) return
    if (SILENT.includes(xhr.status)) return this.#failed(event)
    if (isAct(requestConfig?.triggeringEvent)) this.wanted = null
    if (this.stateValue) this.#look()
  }

  #want(elt, cause) {
    if (isAct(cause)) this.wanted = again(elt, cause)
  }

  // The browser would leave for a page of its own, and what was typed be gone. A link leads to the
  // offline page at worst, so it waits only while we know; what is sent always asks first.
  #hold = async (event) => {
    const isSent = event.type === "submit"
    const wanted = isSent ? event.target : event.target.closest("a[href]:not([href^='#'])")
    if (!wanted || event.defaultPrevented || this.isLetThrough || wanted.method === "dialog") return
    if (!isSent && !this.stateValue && navigator.onLine) return
    event.preventDefault()
    this.#want(wanted, event)
    if (!(await this.#reaches())) {
      if (event.submitter) event.submitter.ariaBusy = null
      return this.#look()
    }
    this.isLetThrough = true
    again(wanted, event)()
    this.isLetThrough = this.wanted = null
  }

  /** Asks whether the server answers, says so, and goes on asking until it does. */
  async #look(then = "back") {
    if (await this.#reaches()) {
      if (this.stateValue || this.wanted) this.#say(then)
      this.#later(() => this.wanted || this.#say(""), CALM)
    } else {
      this.#say(navigator.onLine ? "server" : "network")
      this.#later(() => this.#look(then), EVERY)
    }
  }

  #later(act, milliseconds) {
    clearTimeout(this.next)
    this.next = setTimeout(act, milliseconds)
  }

  #reaches() {
    return fetch(this.probeValue, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }).then(({ ok }) => ok, () => false)
  }

  #say(state) {
    const words = this.wordsTargets.find((template) => template.dataset.state === state)
    if (state !== this.stateValue) this.placeTarget.replaceChildren(words?.content.cloneNode(true) ?? "")
    this.stateValue = state
    for (const button of this.againTargets) button.hidden = !this.wanted
  }
}
