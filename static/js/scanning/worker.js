/**
 * Reads the codes of one camera frame, away from the page, with zxing's reader.
 *
 * ← { pixels, decoder, wasm }   addresses, once;             → { ready: true } or { failed: "…" }
 * ← { frame, turn }             VideoFrame or ImageBitmap;   → { codes, width, height } or { failed }
 *
 * Most turns look quickly: for bars in every sixth row (or column, should they stand upright), for QR
 * codes at half the size or in the middle at full size. The last turn of the round looks thoroughly, and
 * enlarges the middle for a code that is far away.
 *
 * The ponyfill `barcode-detector` would hide these options, so its reader is called as it is.
 */
const QR = "QRCodeModel2", BARS = "EAN13,EAN8,Code128"
const ROWS = { formats: BARS, down: 6 }, COLUMNS = { formats: BARS, across: 6, upright: true }
const HALF = { formats: QR, across: 2, down: 2 }, MIDDLE = { formats: QR, share: 0.5 }
const ALL = { formats: `${QR},${BARS}`, tryRotate: true }
const THOROUGH = [{ ...ALL, tryInvert: true, tryDownscale: true }, { ...ALL, share: 0.5, enlarge: 2 }]
const ROUND = [[ROWS, HALF], [ROWS, MIDDLE], [COLUMNS, HALF], [ROWS, MIDDLE], [ROWS, HALF], THOROUGH]

// Names as BarcodeDetector writes them.
const NAMES = { QRCode: "qr_code", QRCodeModel2: "qr_code", EAN13: "ean_13", EAN8: "ean_8", Code128: "code_128" }
// The reader takes all of its options or none; numbers are its codes for "as usual" and plain text.
const OPTIONS = {
  tryHarder: true, tryRotate: false, tryInvert: false, tryDownscale: false, tryDenoise: false, isPure: false,
  binarizer: 0, downscaleThreshold: 500, downscaleFactor: 3, minLineCount: 2, maxNumberOfSymbols: 8,
  validateOptionalChecksum: false, returnErrors: false, eanAddOnSymbol: 0, textMode: 0, characterSet: 0,
  tryCode39ExtendedMode: false,
}
let reader

self.onmessage = async ({ data }) => {
  try {
    self.postMessage(data.wasm ? await start(data) : await look(data))
  } catch (error) {
    self.postMessage({ failed: String(error) })
  }
}

async function start({ pixels, decoder, wasm }) {
  self.importScripts(pixels, decoder)
  const overrides = { locateFile: () => wasm }
  reader = await self.ZXingWASM.prepareZXingModule({ overrides, fireImmediately: true })
  return { ready: true }
}

async function look({ frame, turn }) {
  const grey = await self.pixels.greyOf(frame)
  const views = ROUND[turn % ROUND.length], codes = []
  for (const view of views) {
    codes.push(...read(self.pixels.cut(grey, isSmall(grey) ? whole(view) : view), view))
    // What takes long is done only as far as needed.
    if (views === THOROUGH && codes.length) break
  }
  return { codes, width: grey.width, height: grey.height }
}

// A small picture is looked at whole: it has no detail to spare.
const isSmall = ({ width, height }) => width * height <= 640 * 480
const whole = ({ enlarge, upright }) => ({ enlarge, upright })

function read({ data, width, height, place }, { formats, ...wishes }) {
  const memory = reader._malloc(data.length)
  try {
    reader.HEAPU8.set(data, memory)
    const options = { ...OPTIONS, ...wishes, formats }
    return named(reader.readBarcodesFromPixmap(memory, width, height, options), place)
  } finally {
    reader._free(memory)
  }
}

function named(found, place) {
  const codes = []
  for (let at = 0; at < found.size(); at++) {
    const { text, format, position, isValid } = found.get(at)
    const corners = [position.topLeft, position.topRight, position.bottomRight, position.bottomLeft]
    if (isValid && NAMES[format]) codes.push({ text, format: NAMES[format], corners: corners.map(place) })
  }
  found.delete()
  return codes
}
