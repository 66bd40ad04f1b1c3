import { Controller } from "stimulus"
import * as feedback from "scanning/feedback"

/**
 * The handles of a running camera: light, zoom, another camera, sound. What it does not offer is not shown.
 *
 * <dialog data-controller="camera" data-action="scanner:ready->camera#offer camera:changed->scanner#start">
 *   <button type="button" aria-pressed="false" data-camera-target="light" data-action="camera#light" hidden>…</button>
 *   <label data-camera-target="zoom" hidden><input type="range" data-action="camera#zoom"></label>
 *   <button type="button" data-camera-target="change" data-action="camera#change" hidden>…</button>
 *   <button type="button" aria-pressed="true" data-camera-target="sound" data-action="camera#sound">…</button>
 * </dialog>
 */
export default class extends Controller {
  static targets = ["light", "zoom", "change", "sound"]

  connect() { press(this.soundTarget, !feedback.isMuted()) }

  async offer({ detail: { camera } }) {
    this.camera = camera
    this.lightTarget.hidden = !camera.abilities.torch
    press(this.lightTarget, false)
    this.#offerZoom(camera)
    this.changeTarget.hidden = (await camera.others()).length === 0
  }

  light() { this.camera.light(press(this.lightTarget)) }
  zoom({ target }) { this.camera.zoomTo(target.valueAsNumber) }
  sound() { feedback.mute(!press(this.soundTarget)) }

  async change() {
    const [next] = await this.camera.others()
    if (!next) return
    this.camera.prefer(next)
    this.dispatch("changed")
  }

  #offerZoom({ abilities: { zoom }, zoom: value }) {
    this.zoomTarget.hidden = !zoom
    const { min, max, step } = zoom ?? {}
    if (zoom) Object.assign(this.zoomTarget.querySelector("input"), { min, max, step: step || "any", value })
  }
}

function press(button, isOn = button.getAttribute("aria-pressed") !== "true") {
  button.setAttribute("aria-pressed", isOn)
  return isOn
}
