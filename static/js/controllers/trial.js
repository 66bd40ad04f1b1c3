import { Controller } from "stimulus"

/**
 * Says whether what a hand scanner types is recognised, and why not.
 *
 * <div data-controller="trial">
 *   <input data-takes-scan data-trial-target="field"
 *          data-action="keydown->trial#press scan-kept->trial#kept">
 *   <div role="status" data-trial-target="verdict"></div>
 *   <template data-trial-target="scan">… <b data-part="count"></b> <b data-part="pause"></b></template>
 *   <template data-trial-target="typing">… the same parts …</template>
 * </div>
 */
export default class extends Controller {
  static targets = ["field", "verdict", "scan", "typing"]

  connect() { this.times = [] }

  press(event) {
    if (event.key === "Enter") return this.#giveUp(event)
    if (event.key.length === 1) this.times.push(event.timeStamp)
  }

  kept({ detail: { text, pace } }) {
    this.times = []
    this.#say(this.scanTarget, text.length, pace)
  }

  // A scan's Enter never comes here.
  #giveUp(event) {
    event.preventDefault()
    const pauses = this.times.slice(1).map((time, at) => time - this.times[at])
    this.#say(this.typingTarget, this.times.length, Math.max(0, ...pauses))
    this.times = []
  }

  #say(template, count, pause) {
    const sentence = template.content.cloneNode(true)
    sentence.querySelector("[data-part=count]").textContent = count
    sentence.querySelector("[data-part=pause]").textContent = Math.ceil(pause)
    this.verdictTarget.replaceChildren(sentence)
    this.fieldTarget.select()
  }
}
