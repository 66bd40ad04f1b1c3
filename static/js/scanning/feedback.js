import { remember, remembered } from "scanning/remembered"

/** A short sound and a tap on the fingers when something was read. */
let speaker

/** Let sounds be heard later on; browsers allow it only while a finger is on the glass. */
export function unlock() {
  speaker ??= window.AudioContext && new AudioContext()
  speaker?.resume().catch(() => {})
}

export const isMuted = () => remembered("sound") === "off"
export const mute = (isOff) => remember("sound", isOff ? "off" : "on")

export function celebrate() {
  navigator.vibrate?.(60)
  if (speaker && !isMuted()) beep(speaker.currentTime)
}

function beep(now) {
  const tone = speaker.createOscillator(), volume = speaker.createGain()
  tone.frequency.setValueAtTime(1320, now)
  volume.gain.setValueAtTime(0.0001, now)
  volume.gain.exponentialRampToValueAtTime(0.25, now + 0.01)
  volume.gain.exponentialRampToValueAtTime(0.0001, now + 0.14)
  tone.connect(volume).connect(speaker.destination)
  tone.start(now)
  tone.stop(now + 0.15)
}
