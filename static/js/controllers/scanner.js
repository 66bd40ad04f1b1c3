import { Controller } from "stimulus"
import * as feedback from "scanning/feedback"

const FREEZE = 400
const PATIENCE = 10_000

/**
 * Reads a code with the camera and says so on the document: `scanned` { text, format, by: "camera" }.
 *
 * The camera runs while the dialog is open and the page is looked at; what it needs is loaded when it
 * opens. Markup: components/scanner.html; any button inside may open it.
 *
 * <div data-controller="scanner">
 *   <input data-scanner-target="field"> <button type="button" data-action="scanner#open">…</button>
 *   <dialog data-scanner-target="box" data-worker="…" data-pixels="…" data-decoder="…" data-wasm="…">
 *     <video data-scanner-target="video"></video>
 *     <svg><polygon data-scanner-target="outline"></svg>
 *     <p data-scanner-target="hint">…</p>
 *     <div data-scanner-target="message"></div> <template data-scanner-target="reason" data-reason="…">…</template>
 *   </dialog>
 * </div>
 */
export default class extends Controller {
  static targets = ["field", "box", "video", "outline", "hint", "message", "reason"]

  disconnect() { this.stop() }

  open() {
    feedback.unlock()
    this.boxTarget.showModal()
    this.start()
  }

  close() { this.boxTarget.close() }

  type() {
    this.close()
    this.fieldTarget.focus()
  }

  // A hand scanner was quicker.
  heard({ detail }) { if (detail.by !== "camera") this.close() }

  // A tablet that slept, or showed something else, gives a black picture: it starts anew.
  wake() {
    if (!this.boxTarget.open) return
    if (document.hidden) this.stop()
    else this.start()
  }

  async start() {
    this.stop()
    const { signal } = (this.visit = new AbortController())
    this.slow = setTimeout(() => { this.hintTarget.hidden = false }, PATIENCE)
    try {
      const { visit } = await import("scanning/visit")
      const ready = (camera) => this.dispatch("ready", { target: this.boxTarget, detail: { camera } })
      const code = await visit(this.videoTarget, { ...this.boxTarget.dataset }, { signal, ready })
      if (code) this.#celebrate(code, signal)
    } catch (problem) {
      if (!signal.aborted) this.#explain(problem.reason ?? "decoder")
    }
  }

  stop() {
    this.visit?.abort()
    clearTimeout(this.slow)
    this.videoTarget.srcObject = null
    this.outlineTarget.setAttribute("points", "")
    this.messageTarget.replaceChildren()
    this.hintTarget.hidden = true
  }

  #celebrate({ text, format, corners, width, height }, signal) {
    clearTimeout(this.slow)
    feedback.celebrate()
    this.videoTarget.pause()
    this.outlineTarget.parentElement.setAttribute("viewBox", `0 0 ${width} ${height}`)
    this.outlineTarget.setAttribute("points", corners.map(({ x, y }) => `${x},${y}`).join(" "))
    document.dispatchEvent(new CustomEvent("scanned", { detail: { text: text.slice(0, 4096), format, by: "camera" } }))
    setTimeout(() => signal.aborted || this.close(), FREEZE)
  }

  #explain(reason) {
    this.stop()
    const words = this.reasonTargets.find(({ dataset }) => dataset.reason === reason) ?? this.reasonTargets[0]
    this.messageTarget.replaceChildren(words.content.cloneNode(true))
  }
}
