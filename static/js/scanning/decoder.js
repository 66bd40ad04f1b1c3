/** The decoder of the browser where it reads what we need, else the one in static/vendor/zxing. */

export const FORMATS = ["qr_code", "ean_13", "ean_8", "code_128"]

/** Return a decoder: `read(source, turn)` answers { codes: [{ text, format, corners }], width, height }. */
export async function openDecoder(addresses) {
  return (await isNativeEnough()) ? new NativeDecoder(addresses) : VendoredDecoder.open(addresses)
}

async function isNativeEnough() {
  try {
    const known = await window.BarcodeDetector.getSupportedFormats()
    return FORMATS.every((format) => known.includes(format))
  } catch {
    return false
  }
}

// Cheap to take and to hand over; a picture that stands still has no frames.
function frameOf(source) {
  const isVideo = source instanceof HTMLVideoElement
  return isVideo && window.VideoFrame ? new VideoFrame(source) : createImageBitmap(source)
}

class NativeDecoder {
  name = "native"
  #detector = new window.BarcodeDetector({ formats: FORMATS })

  constructor(addresses) { this.addresses = addresses }

  async read(source, turn) {
    if (this.vendored) return (await this.vendored).read(source, turn)
    const picture = await createImageBitmap(source)
    try {
      const found = await this.#detector.detect(picture)
      const codes = found.map(({ rawValue, format, cornerPoints }) => ({ text: rawValue, format, corners: cornerPoints }))
      return { codes, width: picture.width, height: picture.height }
    } catch {
      // The service behind it is not there, or gone: a device may claim more than it can.
      this.vendored = VendoredDecoder.open(this.addresses)
      return this.read(source, turn)
    } finally {
      picture.close()
    }
  }
}

class VendoredDecoder {
  name = "vendored"
  #idle = Promise.resolve()

  static async open({ worker, ...addresses }) {
    const decoder = new VendoredDecoder()
    decoder.worker = new Worker(worker)
    try {
      await decoder.#ask({ ...addresses })
    } catch (error) {
      decoder.worker.terminate()
      throw error
    }
    return decoder
  }

  async read(source, turn) {
    const frame = await frameOf(source)
    return this.#ask({ frame, turn }, [frame])
  }

  // One question at a time, so that every answer finds who asked.
  #ask(question, handedOver) {
    const answer = this.#idle.then(() => this.#put(question, handedOver))
    this.#idle = answer.catch(() => {})
    return answer
  }

  #put(question, handedOver = []) {
    return new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }) => (data.failed ? reject(new Error(data.failed)) : resolve(data))
      this.worker.onerror = () => reject(new Error("The worker did not start."))
      this.worker.postMessage(question, handedOver)
    })
  }
}
