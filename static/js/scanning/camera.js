import { remember, remembered } from "scanning/remembered"

// What the browser says, and the reason we tell; anything else is "broken".
const REASONS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "taken",
  AbortError: "taken",
}
const SHARP = { width: { ideal: 1920 }, height: { ideal: 1080 } }
const MUTE_PATIENCE = 5000

/** Why there is no scanning; `reason` names the words for it (components/scanner_reasons.html). */
export class Problem extends Error {
  constructor(reason) {
    super(reason)
    this.reason = reason
  }
}

/** One stream of the camera, from `open` until the signal ends it. */
export class Camera {
  /** Show the camera in the video; raises Problem. */
  static async open(video, signal) {
    if (!navigator.mediaDevices?.getUserMedia) throw new Problem("insecure")
    const camera = new Camera(await stream())
    signal.addEventListener("abort", () => camera.stop(), { once: true })
    if (signal.aborted) camera.stop()
    else video.srcObject = camera.stream
    await video.play().catch(() => {})
    return camera
  }

  constructor(opened) {
    this.stream = opened
    this.track = opened.getVideoTracks()[0]
    this.abilities = this.track.getCapabilities?.() ?? {}
    // Rejects when somebody takes the camera from us.
    this.lost = new Promise((_, reject) => this.#watch((reason) => reject(new Problem(reason))))
    this.lost.catch(() => {})
  }

  get zoom() { return this.track.getSettings().zoom ?? 1 }

  stop() { for (const track of this.stream.getTracks()) track.stop() }

  light(isOn) { return this.#apply({ torch: isOn }) }
  zoomTo(zoom) { return this.#apply({ zoom }) }

  /** Return the other cameras, the next one first. */
  async others() {
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput")
    const at = cameras.findIndex(({ deviceId }) => deviceId === this.track.getSettings().deviceId)
    return [...cameras.slice(at + 1), ...cameras.slice(0, Math.max(at, 0))]
  }

  /** Take this camera from the next visit on; this tablet remembers it. */
  prefer({ deviceId }) { remember("camera", deviceId) }

  // What a camera offers and then does not do spoils no scan.
  #apply(wish) { return this.track.applyConstraints({ advanced: [wish] }).catch(() => {}) }

  // Stopping it ourselves fires nothing here.
  #watch(lose) {
    let quiet
    this.track.addEventListener("ended", () => lose("revoked"))
    // An iPad that shows two apps leaves the camera to the other one.
    this.track.addEventListener("mute", () => { quiet = setTimeout(() => document.hidden || lose("taken"), MUTE_PATIENCE) })
    this.track.addEventListener("unmute", () => clearTimeout(quiet))
    this.#permission(lose)
  }

  async #permission(lose) {
    const permission = await navigator.permissions?.query({ name: "camera" }).catch(() => null)
    permission?.addEventListener("change", () => permission.state === "denied" && lose("revoked"))
  }
}

async function stream() {
  const favourite = remembered("camera"), back = { ...SHARP, facingMode: { ideal: "environment" } }
  try {
    const video = favourite ? { ...SHARP, deviceId: { exact: favourite } } : back
    return await navigator.mediaDevices.getUserMedia({ video, audio: false }).catch((error) => {
      // The remembered camera was unplugged.
      if (!favourite || REASONS[error.name] !== "none") throw error
      return navigator.mediaDevices.getUserMedia({ video: back, audio: false })
    })
  } catch (error) {
    throw new Problem(REASONS[error.name] ?? "broken")
  }
}
