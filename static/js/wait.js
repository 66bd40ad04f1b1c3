import { isDoneOnce } from "acts"

/** One answer on its way: who asked for it, what was pressed, and when it no longer comes. */
export default class Wait {
  constructor(sender, cause, patience, giveUp) {
    Object.assign(this, { sender, cause, question: question(sender, cause) })
    this.pressed = isDoneOnce(cause) ? cause.submitter ?? sender : null
    if (this.pressed) this.pressed.ariaBusy = "true"
    this.clock = setTimeout(giveUp, patience)
  }

  /** What is asked anew is another question; what is done is done once. */
  isFor(sender, cause) { return this.sender === sender && this.question === question(sender, cause) }

  end() {
    clearTimeout(this.clock)
    if (this.pressed) this.pressed.ariaBusy = null
  }
}

function question(sender, { detail }) {
  if (sender.role === "search") return new FormData(sender).get("text")
  return detail?.text ?? null
}
