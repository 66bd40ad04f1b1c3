import * as keys from "wedge/keys"

const SHORTEST = 6
const LONGEST = 4096

/** Keys pressed one after the other too fast for a hand: what they say, once they may be a scan. */
export default class Run {
  constructor() { this.begin() }

  begin() {
    this.keys = []
    this.code = ""
    // The longest time between two keys, in ms.
    this.pace = 0
  }

  get isUnderWay() { return this.keys.length > 0 }

  add(key, pause) {
    if (this.isUnderWay) this.pace = Math.max(this.pace, pause)
    this.keys.push(key)
  }

  /** Takes the digits that are pressed while Alt is held: the number of a character. */
  gathers({ altKey, code }) {
    const digit = altKey && /^Numpad([0-9])$/.exec(code)
    if (digit) this.code += digit[1]
    return Boolean(digit)
  }

  /** Alt was let go: the number is a character now. */
  finishCode() {
    if (!this.code) return
    const sign = String.fromCharCode(Number(this.code))
    this.code = ""
    this.keys.push({ seen: sign, meant: sign })
  }

  endsWith(suffix, layout) { return suffix !== "" && keys.text(this.keys, layout).endsWith(suffix) }

  /** Returns the scanned text between prefix and suffix, empty when this can be no scan. */
  scan(layout, prefix, suffix) {
    if (this.keys.length < SHORTEST) return ""
    const text = keys.text(this.keys, layout)
    if (!text.startsWith(prefix)) return ""
    const end = suffix && text.endsWith(suffix) ? text.length - suffix.length : text.length
    return text.slice(prefix.length, Math.min(end, prefix.length + LONGEST))
  }
}
