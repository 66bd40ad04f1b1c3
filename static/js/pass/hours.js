/**
 * The hour: what this phone shows without a network, from the server, kept in IndexedDB until it is over.
 *
 * An hour is what `omnistore/passes/showing.py` answers, and `ahead`: how many milliseconds the
 * server's clock is before this phone's.
 */
const BASE = "pass", STORE = "hours", KEY = "now"
const PATIENCE = 15_000

/** Ask the server for the hour to come; `null` when nothing answers, `false` when it does not know this phone. */
export async function fetched(address) {
  try {
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })
    if (answer.status === 401) return false
    if (!answer.ok) return null
    const hour = await answer.json()
    return { ...hour, ahead: hour.now - Date.now() }
  } catch {
    return null
  }
}

/** Which of the hour's codes holds now, -1 when none does any more. */
export function place(hour) {
  const passed = Math.floor((Date.now() + hour.ahead - hour.begins_at) / hour.step)
  return passed >= 0 && passed < hour.codes.length ? passed : -1
}

export async function keep(hour) { await run("readwrite", (store) => store.put(hour, KEY)) }

export async function forget() { await run("readwrite", (store) => store.clear()) }

/** The hour that this phone kept, `null` when there is none; one that is over is deleted. */
export async function kept() {
  const hour = await run("readonly", (store) => store.get(KEY))
  if (!hour) return null
  if (place(hour) >= 0) return hour
  await forget()
  return null
}

// A private window may keep nothing; then the pass lives as long as its page.
async function run(mode, act) {
  try {
    const base = await done(Object.assign(indexedDB.open(BASE, 1), { onupgradeneeded: make }))
    const answer = await done(act(base.transaction(STORE, mode).objectStore(STORE)))
    base.close()
    return answer
  } catch {
    return null
  }
}

function make(event) { event.target.result.createObjectStore(STORE) }

function done(request) {
  return new Promise((resolve, refuse) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => refuse(request.error)
  })
}
