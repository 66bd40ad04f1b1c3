/**
 * The pass: shows the code of these 30 seconds, for an hour without a network.
 *
 * <article id="pass" data-state="waiting" data-hour="…" data-home="…" data-worker="…">
 *   <p data-when="shown">…</p> <p data-when="over">…</p>          seen in these states only
 *   <svg data-pass="square"></svg> <path data-pass="ring"> <p data-pass="renews" data-words="… {seconds} …"></p> …
 * </article>
 *
 * States: waiting for the first answer, shown, over (the hour is, and nothing answers).
 */
import { everySecond, stayAwake } from "pass/clock"
import { bars, square } from "pass/drawing"
import { fetched, forget, keep, kept, place } from "pass/hours"

// So often a new hour is asked for while the page is looked at.
const AGAIN = 5 * 60_000
// And so often when there is nothing to show.
const SOON = 15_000
const pass = document.querySelector("#pass")
const part = (name) => pass.querySelector(`[data-pass="${name}"]`)
let hour = null, drawn = "", askedAt = 0, isAnswered = true

function say(name, place, value) { part(name).textContent = part(name).dataset.words.replace(place, value) }

function enter(state) {
  pass.dataset.state = state
  for (const element of pass.querySelectorAll("[data-when]")) element.hidden = !element.dataset.when.split(" ").includes(state)
  if (state === "shown") part("offline").hidden = isAnswered
}

function take(fresh) {
  hour = fresh
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

async function ask() {
  askedAt = Date.now()
  const fresh = await fetched(pass.dataset.hour)
  if (fresh === false) return leave()
  isAnswered = fresh !== null
  if (fresh) {
    take(fresh)
    await keep(fresh)
  }
  tell()
}

// The server does not know this phone: what it shows is nobody's any more.
async function leave() {
  await forget()
  location.replace(pass.dataset.home)
}

function tell() {
  const now = hour ? place(hour) : -1
  if (now < 0) return end()
  const left = hour.step - (Date.now() + hour.ahead - hour.begins_at) % hour.step
  const ring = part("ring")
  if (hour.codes[now] !== drawn) square(part("square"), drawn = hour.codes[now])
  ring.classList.toggle("pass__left--full", left > hour.step - 1000)
  ring.style.strokeDashoffset = 1 - (left > hour.step - 1000 ? left : left - 1000) / hour.step
  say("renews", "{seconds}", Math.ceil(left / 1000))
  enter("shown")
}

function end() {
  if (hour) forget()
  hour = null
  part("square").replaceChildren(drawn = "")
  enter(isAnswered ? "waiting" : "over")
}

function look() {
  if (document.visibilityState !== "visible") return
  stayAwake()
  ask()
}

part("again").addEventListener("click", ask)
addEventListener("online", ask)
addEventListener("offline", ask)
addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload() })
document.addEventListener("visibilitychange", look)
navigator.serviceWorker?.register(pass.dataset.worker, { scope: pass.dataset.home, updateViaCache: "none" }).catch(() => {})

const before = await kept()
if (before) take(before)
look()
everySecond(() => hour?.ahead ?? 0, () => {
  if (pass.dataset.state !== "waiting" || hour) tell()
  const patience = pass.dataset.state === "shown" ? AGAIN : SOON
  if (document.visibilityState === "visible" && Date.now() - askedAt > patience) ask()
})
