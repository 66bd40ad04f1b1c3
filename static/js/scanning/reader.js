/** One read counts when it is sure: check digit right, and bar codes seen twice. */

const SOON = 500

/** Looks at pictures until a code is read for sure; of several codes it takes the one nearest the middle. */
export class Reader {
  #turn = 0
  #seen = { text: null, at: -SOON }

  constructor(decoder) { this.decoder = decoder }

  /**
   * Return { text, format, corners, width, height }, or null when there is nothing sure yet.
   *
   * `shown` is the share of both sides that the clerk sees: what he does not see is not read.
   */
  async look(source, shown = { across: 1, down: 1 }) {
    const takenAt = performance.now()
    const { codes, width, height } = await this.decoder.read(source, this.#turn)
    const seen = { across: width * shown.across, down: height * shown.down }
    const code = nearest(codes.filter(isWhole), seen, width, height)
    if (code && this.#isSure(code, takenAt)) return { ...code, width, height }
    // What was seen in this way is looked at again in the same way.
    if (code) this.#seen = { text: code.text, at: performance.now() }
    else this.#turn++
    return null
  }

  // A QR code corrects itself; bars that are misread once are hardly misread alike.
  #isSure({ text, format }, takenAt) {
    return format === "qr_code" || (text === this.#seen.text && takenAt - this.#seen.at < SOON)
  }
}

function isWhole({ text, format }) {
  if (format === "ean_13" || format === "ean_8") return hasCheckDigit(text)
  return text !== ""
}

/** Return whether the last digit follows from the others, as on every EAN. */
export function hasCheckDigit(text) {
  if (!/^(\d{8}|\d{13})$/.test(text)) return false
  const weighted = [...text].reverse().map((digit, at) => Number(digit) * (at % 2 ? 3 : 1))
  return weighted.reduce((sum, part) => sum + part) % 10 === 0
}

function nearest(codes, seen, width, height) {
  const within = []
  for (const code of codes) {
    const middle = (side) => code.corners.reduce((sum, corner) => sum + corner[side], 0) / code.corners.length
    const aside = Math.abs(middle("x") - width / 2), above = Math.abs(middle("y") - height / 2)
    if (aside <= seen.across / 2 && above <= seen.down / 2) within.push({ code, distance: Math.hypot(aside, above) })
  }
  within.sort((one, other) => one.distance - other.distance)
  return within[0]?.code ?? null
}
