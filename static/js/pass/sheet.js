/**
 * The sheet: what is on the screen, and in which of its states.
 *
 * <article id="pass" data-state="waiting" …>
 *   <p data-when="shown">…</p> <p data-when="over">…</p>          seen in these states only
 *   <svg data-pass="square"></svg> <path data-pass="ring"> <p data-pass="renews" data-words="… {seconds} …"></p> …
 * </article>
 */
import { bars, square } from "pass/drawing"

const SECOND = 1000
export const pass = document.querySelector("#pass")
let drawn = ""

export function part(name) { return pass.querySelector(`[data-pass="${name}"]`) }

export function enter(state) {
  pass.dataset.state = state
  for (const element of pass.querySelectorAll("[data-when]")) element.hidden = !element.dataset.when.split(" ").includes(state)
}

/** Show what stays the same for the hour: card, points, level, and until when it lasts. */
export function fill(hour) {
  part("level").textContent = hour.level
  part("level").hidden = !hour.level
  part("points").textContent = hour.points
  part("points-line").hidden = !hour.points
  part("card").hidden = !hour.card
  for (const wallets of document.querySelectorAll("#wallets")) wallets.hidden = !hour.card
  if (hour.card) {
    bars(part("bars"), hour.card.bars)
    part("number").textContent = hour.card.number
  }
  const until = new Date(hour.begins_at + hour.codes.length * hour.step - hour.ahead)
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }
  say("until", "{time}", until.toLocaleTimeString(document.documentElement.lang, clock))
}

/** Show the code, of whose `step` milliseconds so many are left. */
export function turn(code, left, step) {
  const ring = part("ring"), isNew = left > step - SECOND
  if (code !== drawn) square(part("square"), drawn = code)
  ring.classList.toggle("pass__left--full", isNew)
  // It runs to where it has to be in a second.
  ring.style.strokeDashoffset = 1 - (isNew ? left : left - SECOND) / step
  say("renews", "{seconds}", Math.ceil(left / SECOND))
}

export function empty() {
  part("square").replaceChildren(drawn = "")
}

function say(name, place, value) { part(name).textContent = part(name).dataset.words.replace(place, value) }
