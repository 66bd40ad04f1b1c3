import { Controller } from "stimulus"
import Fields, { takesText, write } from "wedge/fields"
import * as keys from "wedge/keys"
import Run from "wedge/run"

const FASTEST_HAND = 50
const SILENCE = 100
const HELD = ["Shift", "CapsLock", "Control", "Alt", "AltGraph"]
const EARS = { keydown: "press", keyup: "release", beforeinput: "note", input: "hold" }

/**
 * Recognises a hand scanner that types, by its pace and its end, wherever the focus is.
 *
 * Six characters or more, each less than 50 ms after the one before by the events' own clock, then
 * Enter, Tab, the suffix or, if set, silence. What it typed is taken out again, its end presses
 * nothing, and `scanned` on the document says what it was. A field with `data-takes-scan` keeps the
 * text and hears `scan-kept`. A PIN takes no scan.
 *
 * <div data-controller="wedge" data-wedge-layout-value="AUTO" data-wedge-prefix-value=""
 *      data-wedge-suffix-value="" data-wedge-ends-by-pause-value="false">…</div>
 */
export default class extends Controller {
  static values = { layout: String, prefix: String, suffix: String, endsByPause: Boolean }

  initialize() {
    this.fields = new Fields()
    this.run = new Run()
    this.ears = Object.entries(EARS).map(([name, ear]) => [name, (event) => this[ear](event)])
  }

  connect() { for (const [name, ear] of this.ears) window.addEventListener(name, ear, true) }
  disconnect() {
    for (const [name, ear] of this.ears) window.removeEventListener(name, ear, true)
    this.#isAPerson()
  }

  press(event) {
    const pause = event.timeStamp - this.pressedAt
    const isFast = isShort(pause)
    if (isFast) this.pressedAt = event.timeStamp
    if (event.repeat || event.isComposing || event.keyCode === 229 || this.#isDeaf(event)) return this.#isAPerson()
    if (HELD.includes(event.key) || (isFast && this.run.gathers(event))) return
    if (keys.isEnd(event)) return this.#end(event, isFast)
    const key = keys.read(event)
    if (key) this.#add(key, event, isFast && this.run.isUnderWay, pause)
    else this.#isAPerson()
  }

  release(event) { if (event.key === "Alt") this.run.finishCode() }
  note(event) { if (this.run.isUnderWay && !this.fields.isRestoring) this.fields.note(event.target) }
  hold(event) { this.fields.hold(event) }

  #add(key, event, isFast, pause) {
    if (!isFast) for (const part of [this.fields, this.run]) part.begin()
    this.pressedAt = event.timeStamp
    this.run.add(key, pause)
    clearTimeout(this.silence)
    if (this.run.endsWith(this.suffixValue, this.layoutValue) && this.#scan) return this.#take(event)
    // A space would press the button that has the focus.
    if (isFast && (key.isControl || !takesText(event.target))) event.preventDefault()
    if (this.endsByPauseValue) this.silence = setTimeout(() => this.#scan && this.#take(event), SILENCE)
  }

  #end(event, isFast) {
    if (isFast && this.#scan) this.#take(event)
    // Carriage return and line feed are two.
    else if (isShort(event.timeStamp - this.takenAt)) swallow(event)
    else this.#isAPerson()
  }

  #take(event) {
    swallow(event)
    const [text, pace, field] = [this.#scan, this.run.pace, this.fields.taker]
    this.takenAt = event.timeStamp
    this.run.begin()
    this.fields.restore()
    if (!field) return document.dispatchEvent(new CustomEvent("scanned", { detail: { text, format: "", by: "hand" } }))
    write(field, text)
    field.dispatchEvent(new CustomEvent("scan-kept", { bubbles: true, detail: { text, pace } }))
  }

  #isAPerson() {
    clearTimeout(this.silence)
    this.run.begin()
    this.fields.tell()
  }
  get #scan() { return this.run.scan(this.layoutValue, this.prefixValue, this.suffixValue) }

  #isDeaf({ target }) {
    const pads = document.querySelectorAll("[data-controller~=pinpad]")
    return this.element.inert || target.type === "password" || [...pads].some((pad) => pad.checkVisibility())
  }
}

function isShort(pause) { return pause >= 0 && pause < FASTEST_HAND }

function swallow(event) {
  event.preventDefault()
  event.stopImmediatePropagation()
}
