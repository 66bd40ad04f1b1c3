import { Controller } from "stimulus"

const LATER = 2000
const MUCH_LATER = 30000
const MEANWHILE = 2000

/**
 * Hears at once that there is something to ask for, and lets the parts of the page ask.
 *
 * A hint says nothing but "ask": parts that wait for it have `hx-trigger="every 20s, hint from:body"`.
 * While nothing can be heard they are told every two seconds, as if there were a hint.
 *
 * <body data-controller="hints" data-hints-ticket-value="…an address that answers with a ticket…">
 */
export default class extends Controller {
  static values = { ticket: String }

  connect() {
    this.wait = LATER
    this.isGone = false
    this.#listen()
  }

  disconnect() {
    this.source?.close()
    clearTimeout(this.again)
    clearInterval(this.meanwhile)
    this.isGone = true
  }

  async #listen() {
    const address = await this.#address()
    if (this.isGone) return
    if (!address) return this.#lost()
    this.source = new EventSource(address)
    this.source.addEventListener("open", () => this.#heard())
    this.source.addEventListener("hint", () => this.#hint())
    this.source.addEventListener("error", () => this.#lost())
  }

  async #address() {
    try {
      const answer = await fetch(this.ticketValue, { headers: { Accept: "application/json" } })
      return answer.status === 200 ? (await answer.json()).address : ""
    } catch {
      return ""
    }
  }

  #heard() {
    this.wait = LATER
    clearInterval(this.meanwhile)
    delete this.meanwhile
    // What was told before nobody was here to hear it.
    this.#hint()
  }

  // A ticket is good for a minute: whoever comes back needs another.
  #lost() {
    this.source?.close()
    this.meanwhile ??= setInterval(() => this.#hint(), MEANWHILE)
    clearTimeout(this.again)
    this.again = setTimeout(() => this.#listen(), this.wait)
    this.wait = Math.min(2 * this.wait, MUCH_LATER)
  }

  #hint() {
    if (!document.hidden) document.body.dispatchEvent(new CustomEvent("hint"))
  }
}
