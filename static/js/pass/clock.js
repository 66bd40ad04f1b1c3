/** The clock: calls at every second of the server's, so that all codes change when they should. */
export function everySecond(ahead, act) {
  let timer
  const next = () => { timer = setTimeout(run, 1000 - (Date.now() + ahead()) % 1000 + 5) }
  const run = () => { act(); next() }
  run()
  return () => clearTimeout(timer)
}

/** Keep the screen on while the pass is looked at, where the phone lets us. */
export async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen")
  } catch {
    // Saving its battery is the phone's own affair.
  }
}
