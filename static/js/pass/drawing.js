/** Drawing: a code as a square, a card's number as bars, both as the path of an SVG. */
import { encode } from "uqr"

// Dots that stay white around; the white of the sheet beneath makes four of them, and more.
const MARGIN = 3
// What EAN-13 wants before and after, in dots.
const QUIET = 11
const NAMESPACE = "http://www.w3.org/2000/svg"

/** Draw the code, a quarter of whose dots may be unreadable. */
export function square(picture, code) {
  const { data, size } = encode(code, { ecc: "Q", border: 0 })
  const path = data.map((row, y) => runs(row, MARGIN, y + MARGIN, 1)).join("")
  show(picture, path, size + 2 * MARGIN, size + 2 * MARGIN)
}

/** Draw the bars: a 1 for each dark dot, a 0 for each white one. */
export function bars(picture, dots) {
  const height = 34
  show(picture, runs([...dots].map((dot) => dot === "1"), QUIET, 0, height), dots.length + 2 * QUIET, height)
}

// Dots beside each other are one rectangle: between two there would be a hair of light.
function runs(row, left, top, height) {
  let path = "", start = -1
  for (let x = 0; x <= row.length; x++) {
    if (row[x] && start < 0) start = x
    if (row[x] || start < 0) continue
    path += `M${start + left} ${top}h${x - start}v${height}h${start - x}z`
    start = -1
  }
  return path
}

function show(picture, path, width, height) {
  const drawn = document.createElementNS(NAMESPACE, "path")
  drawn.setAttribute("d", path)
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`)
  picture.replaceChildren(drawn)
}
