/**
 * What a key types: `seen`, as the tablet reads it, and `meant`, as a scanner set to QWERTY meant it.
 *
 * Such a scanner on an AZERTY tablet types &é"'(-è_çà for 1234567890, and q for a: the keys are right,
 * only their names are not. So `meant` is read from the place of the key.
 */
const SYMBOLS = {
  Backquote: "`~", Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|",
  IntlBackslash: "<>", Semicolon: ";:", Quote: "'\"", Comma: ",<", Period: ".>", Slash: "/?", Space: "  ",
}
const SHIFTED_DIGITS = ")!@#$%^&*("
// For keyboards that do not tell the place of a key (older Android).
const AZERTY = "&é\"'(-è_çà)azqwmAZQWM;:!,?./§"
const QWERTY = "1234567890-qwaz;QWAZ:,./mM<>?"
const GROUP_SEPARATOR = "\x1d"
// So many signs of the digits' row, and no digit, are no text that anybody prints.
const ENOUGH = 4

/** Whether a scanner ends with it; carriage return and line feed also come as Ctrl+M and Ctrl+J. */
export function isEnd({ key, ctrlKey }) {
  return ["Enter", "Tab"].includes(key) || (ctrlKey && ["m", "j"].includes(key))
}

/** Returns what the key types, null when it types nothing. */
export function read(event) {
  if (isSeparator(event)) return { seen: GROUP_SEPARATOR, meant: GROUP_SEPARATOR, isControl: true }
  if (event.ctrlKey && !event.altKey) return null
  const seen = event.key === "Dead" ? "^" : event.key
  if (event.metaKey || [...seen].length !== 1) return null
  return { seen, meant: meantBy(event, seen), isBareDigit: isBareDigit(event, seen) }
}

/** Returns the text of the keys, in the layout that the tablet's setting names. */
export function text(keys, layout) {
  const isQwerty = layout === "QWERTY" || (layout === "AUTO" && areMisread(keys))
  return keys.map((key) => isQwerty ? key.meant : key.seen).join("")
}

/** Whether every digit came as another sign, and those are a good part of the whole. */
function areMisread(keys) {
  if (keys.some((key) => /[0-9]/.test(key.seen))) return false
  const digits = keys.filter((key) => key.isBareDigit).length
  return digits >= ENOUGH && digits * 4 >= keys.length
}

// GS1's separator comes as itself, as Ctrl+], or as F8.
function isSeparator({ key, code, ctrlKey }) {
  return key === GROUP_SEPARATOR || key === "F8" || (ctrlKey && (key === "]" || code === "BracketRight"))
}

function isBareDigit({ code, shiftKey }, seen) {
  return code ? code.startsWith("Digit") && !shiftKey : AZERTY.slice(0, 10).includes(seen)
}

function meantBy(event, seen) {
  const { code, shiftKey } = event
  if (!code) return QWERTY[AZERTY.indexOf(seen)] ?? seen
  if (code.startsWith("Key")) {
    return shiftKey === event.getModifierState("CapsLock") ? code[3].toLowerCase() : code[3]
  }
  if (code.startsWith("Digit")) return shiftKey ? SHIFTED_DIGITS[code[5]] : code[5]
  return SYMBOLS[code]?.[Number(shiftKey)] ?? seen
}
