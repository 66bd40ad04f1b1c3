import { Controller } from "stimulus"
import { again, isAct } from "acts"
import { reaches } from "reach"

const EVERY = 3000
const CALM = 4000
const SILENT = [502, 503, 504]
const LOST = ["htmx:sendError", "htmx:timeout", "waiting:lost", "waiting:late"]
const LATE = ["htmx:timeout", "waiting:late"]

/**
 * Says when the network or the server is gone and when it is back, and offers once more what the
 * clerk wanted. The page stays as it is meanwhile, with what was typed; nothing is sent by itself.
 *
 * <body data-controller="network" data-probe="…an address that answers 204…">
 *   <div data-network-target="place"></div>
 *   <template data-network-target="words" data-state="network">… <button hidden
 *     data-network-target="again" data-action="network#again">…</button></template>
 *   … the same for server, late, back
 * </body>
 */
export default class extends Controller {
  static targets = ["place", "words", "again"]
  static values = { state: String }

  connect() {
    this.ears = new AbortController()
    const { signal } = this.ears
    for (const name of ["online", "offline"]) window.addEventListener(name, () => this.#look(), { signal })
    for (const name of LOST) this.element.addEventListener(name, this.#failed, { signal })
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
    const cause = requestConfig?.triggeringEvent
    if (isAct(cause)) this.wanted = again(elt, cause)
    this.#look(LATE.includes(event.type) ? "late" : "back")
  }

  #answered = (event) => {
    const { xhr, requestConfig } = event.detail
    if (!xhr.status) return
    if (SILENT.includes(xhr.status)) return this.#failed(event)
    if (isAct(requestConfig?.triggeringEvent)) this.wanted = null
    if (this.stateValue) this.#look()
  }

  /** Asks whether the server answers, says so, and goes on asking until it does. */
  async #look(then = "back") {
    if (await reaches()) {
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

  #say(state) {
    const words = this.wordsTargets.find((template) => template.dataset.state === state)
    if (state !== this.stateValue) this.placeTarget.replaceChildren(words?.content.cloneNode(true) ?? "")
    this.stateValue = state
    for (const button of this.againTargets) button.hidden = !this.wanted
  }
}
