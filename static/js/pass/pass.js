/**
 * The pass: shows the code of these 30 seconds, for an hour without a network.
 *
 * <article id="pass" data-state="waiting" data-hour="…" data-home="…" data-worker="…"> … (sheet.js)
 *
 * States: waiting for the first answer, shown, over (the hour is, and nothing answers).
 */
import { everySecond, stayAwake } from "pass/clock"
import { fetched, forget, keep, kept, place } from "pass/hours"
import { empty, enter, fill, part, pass, turn } from "pass/sheet"

// So often a new hour is asked for while the page is looked at.
const AGAIN = 5 * 60_000
// And so often when there is nothing to show.
const SOON = 15_000
let hour = null, askedAt = 0, isAnswered = true

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

function take(fresh) {
  hour = fresh
  fill(hour)
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
  turn(hour.codes[now], left, hour.step)
  enter("shown")
  part("offline").hidden = isAnswered
}

function end() {
  if (hour) forget()
  hour = null
  empty()
  enter(isAnswered ? "waiting" : "over")
}

function look() {
  if (document.visibilityState !== "visible") return
  stayAwake()
  ask()
}

part("again").addEventListener("click", ask)
for (const sign of ["online", "offline"]) addEventListener(sign, ask)
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
