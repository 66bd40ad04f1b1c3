import { Controller } from "stimulus"
import Pace from "wedge/pace"

const LENGTH = 6
// Digits typed while the last PIN is being checked, for the pad that comes back if it was wrong.
let early = ""

/**
 * Types a PIN with big keys or the keyboard, shows it as dots, and sends it at the sixth digit.
 * What a hand scanner types is no PIN: no code ever signs a clerk in, or uses up his tries.
 *
 * The field itself is out of sight but not out of reach: who tabs or listens writes into it, who
 * keeps his PIN elsewhere pastes it, and how many digits are there is said.
 *
 * <form class="pinpad" data-controller="pinpad" data-pinpad-typed-value="digits typed:"
 *       data-pinpad-wrong-class="…" data-pinpad-anywhere-value="true"
 *       data-action="keydown@document->pinpad#type paste@document->pinpad#paste
 *       htmx:afterRequest->pinpad#again waiting:lost@document->pinpad#free waiting:late@…">
 *   <div><span data-pinpad-target="dot"></span> … six of them</div>
 *   <input name="pin" data-pinpad-target="field" data-action="pinpad#read">
 *   <button data-pinpad-target="send">Sign in</button>
 *   <button type="button" data-action="pinpad#press" data-pinpad-digit-param="1">1</button> …
 *   <button type="button" data-action="pinpad#erase">⌫</button>
 * </form>
 */
export default class extends Controller {
  static targets = ["field", "dot", "send"]
  static classes = ["wrong"]
  static values = { typed: String, anywhere: Boolean }

  connect() {
    this.pace = new Pace()
    this.sendTarget.hidden = true
    this.#begin(this.element.classList.contains(this.wrongClass) ? early : "")
  }

  press({ params }) { this.#add(params.digit) }
  erase() { this.#set(this.#digits.slice(0, -1)) }
  // A keyboard on the screen writes without pressing keys.
  read() { if (!this.isSent) this.#set(this.fieldTarget.value) }

  type(event) {
    if (!this.#isMeant(event)) return
    if (this.pace.isScan(event)) this.#set("")
    else if (/^[0-9]$/.test(event.key)) this.#add(event.key)
    else if (event.key === "Backspace") this.erase()
    else return
    event.preventDefault()
  }

  paste(event) {
    if (!this.#isMeant(event)) return
    event.preventDefault()
    this.#set(event.clipboardData.getData("text"))
  }

  again({ detail: { successful, xhr } }) {
    if (successful || !this.element.isConnected) return
    if (xhr.status > 0 && xhr.status < 500) this.#begin("")
    else this.free()
  }

  // Without an answer the digits stay, for the banner to send them once more (network.js).
  free() { this.isSent = false }

  // A digit after the last one begins anew: the PIN that is there was not answered.
  #add(digit) {
    this.#set((!this.isSent && this.#digits.length === LENGTH ? "" : this.#digits) + digit)
  }

  get #digits() { return this.isSent ? early : this.fieldTarget.value }

  #isMeant(event) {
    if (!this.element.checkVisibility() || event.ctrlKey || event.metaKey || event.altKey) return false
    if (this.element.contains(event.target)) return true
    return this.anywhereValue && !event.target.closest("input, textarea, select")
  }

  #begin(pin) {
    early = ""
    this.isSent = false
    if (pin) this.#set(pin)
    else this.#show("")
  }

  #set(text) {
    const pin = text.replace(/\D/g, "").slice(0, LENGTH)
    if (this.isSent) return void (early = pin)
    this.element.classList.remove(this.wrongClass)
    this.#show(pin)
    document.dispatchEvent(new CustomEvent("announce", { detail: { words: `${this.typedValue} ${pin.length}` } }))
    if (pin.length < LENGTH) return
    this.isSent = true
    this.element.requestSubmit()
  }

  #show(pin) {
    this.fieldTarget.value = pin
    this.dotTargets.forEach((dot, at) => dot.classList.toggle("pinpad__dot--full", at < pin.length))
  }
}
