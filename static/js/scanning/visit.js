import { Camera, Problem } from "scanning/camera"
import { openDecoder } from "scanning/decoder"
import { Reader } from "scanning/reader"

const FRAME_EVERY = 1000 / 12
const MISSES = 5

// Once loaded it serves the next visits too.
let decoder

/**
 * Show the camera and return the first code that is read for sure: { text, format, corners, width, height }.
 *
 * Ends with the signal (null); raises Problem. `ready` is called with the camera when it is on.
 */
export async function visit(video, addresses, { signal, ready }) {
  const loading = load(addresses)
  const camera = await Camera.open(video, signal)
  if (signal.aborted) return null
  ready(camera)
  return Promise.race([camera.lost, watch(video, new Reader(await loading), signal)])
}

/** Load the decoder ahead of the first visit, or again after it failed. */
export function load(addresses) {
  decoder ??= openDecoder(addresses).catch(fail)
  decoder.catch(() => {})
  return decoder
}

// Never two frames at once: the next one is taken when this one is answered.
async function watch(video, reader, signal) {
  for (let misses = 0; !signal.aborted; ) {
    const next = new Promise((resolve) => setTimeout(resolve, FRAME_EVERY))
    try {
      const code = await look(video, reader)
      if (code && !signal.aborted) return code
      misses = 0
    } catch {
      // A frame may be gone before it is looked at; a reader that broke stays broken.
      if (++misses === MISSES) return fail()
    }
    await next
  }
  return null
}

function fail() {
  decoder = null
  throw new Problem("decoder")
}

function look(video, reader) {
  return video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA ? null : reader.look(video, shownOf(video))
}

// The video fills its box (object-fit: cover), so something of two sides is cut off.
function shownOf({ videoWidth, videoHeight, clientWidth, clientHeight }) {
  const scale = Math.max(clientWidth / videoWidth, clientHeight / videoHeight)
  return { across: clientWidth / videoWidth / scale, down: clientHeight / videoHeight / scale }
}
