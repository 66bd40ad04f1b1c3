// No hand presses so many keys, each within 50 ms of the one before.
const SCANNED = 3
const FASTEST_HAND = 50

/** Tells by the pace of the keys whether a hand scanner types. */
export default class Pace {
  isScan({ timeStamp }) {
    this.fast = timeStamp - this.typedAt < FASTEST_HAND ? this.fast + 1 : 0
    this.typedAt = timeStamp
    return this.fast >= SCANNED
  }
}
