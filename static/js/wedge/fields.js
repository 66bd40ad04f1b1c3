/**
 * The fields that a run of keys types into: how they were, and whom their `input` events are owed to.
 *
 * Nothing is kept from a person who types: the text stands there at once. Only its `input` events
 * wait for a moment, so that nobody hears of a scan that is taken out again.
 */
const PATIENCE = 80
const WITHOUT_TEXT = "[type=radio], [type=checkbox], [type=submit], [type=button]"

export default class Fields {
  constructor() {
    this.before = new Map()
    this.owed = new Set()
    this.told = new Set()
  }

  /** Begins a run: what was typed before it is a person's. */
  begin() {
    this.tell()
    this.focused = document.activeElement
    this.before.clear()
    this.told.clear()
  }

  /** The field that keeps a scan, when it had the focus. */
  get taker() { return this.focused?.closest("[data-takes-scan]") }

  /** Remembers the field as it is before the first key of the run reaches it. */
  note(field) {
    if (!("value" in field) || this.before.has(field)) return
    const { value, selectionStart: start, selectionEnd: end, selectionDirection: direction } = field
    this.before.set(field, { value, start, end, direction })
  }

  /** Keeps the event back until it is known who types. */
  hold(event) {
    if (this.isRestoring) return event.stopImmediatePropagation()
    if (!event.isTrusted || event.inputType !== "insertText" || !this.before.has(event.target)) return
    event.stopImmediatePropagation()
    this.owed.add(event.target)
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.tell(), PATIENCE)
  }

  /** A person types: whoever listens hears of it. */
  tell() {
    clearTimeout(this.timer)
    for (const field of this.owed) {
      this.told.add(field)
      announce(field)
    }
    this.owed.clear()
  }

  /** Takes what the run typed out again: text, caret, selection and focus are as before. */
  restore() {
    clearTimeout(this.timer)
    this.owed.clear()
    this.isRestoring = true
    for (const [field, was] of this.before) if (field.isConnected) putBack(field, was)
    this.isRestoring = false
    if (this.focused !== document.activeElement) {
      if (this.focused === document.body) document.activeElement.blur()
      else this.focused?.focus({ preventScroll: true })
    }
    // On a slow machine somebody was told already: he hears how it ended.
    for (const field of this.told) announce(field)
    this.before.clear()
    this.told.clear()
  }
}

export function takesText(target) {
  return target.matches("input, textarea") && !target.matches(WITHOUT_TEXT)
}

/** Replaces the text as an edit, so that the browser's own memory of changes and undo stays true. */
export function write(field, text) {
  field.focus({ preventScroll: true })
  field.select()
  document.execCommand(text ? "insertText" : "delete", false, text)
  if (field.value !== text) field.value = text
}

function putBack(field, { value, start, end, direction }) {
  if (field.value !== value || field.validity?.badInput) write(field, value)
  if (start !== null) field.setSelectionRange(start, end, direction)
}

function announce(field) {
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText" }))
}
