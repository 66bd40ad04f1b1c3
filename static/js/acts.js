/** What a clerk does, as against what a page asks by itself. What counts as done is done once. */
const DONE_ONCE = ["submit", "click", "scanned"]

export function isDoneOnce(cause) { return DONE_ONCE.includes(cause?.type) }
export function isAct(cause) { return isDoneOnce(cause) || cause?.type === "change" }

/** Return what does the same once more, if the page still has it. */
export function again(elt, cause) {
  return () => {
    if (!elt.isConnected) return
    if (cause.type === "submit") elt.requestSubmit(cause.submitter?.isConnected ? cause.submitter : null)
    else if (cause.type === "click") elt.click()
    else elt.dispatchEvent(new CustomEvent(cause.type, { bubbles: true, detail: cause.detail }))
  }
}
