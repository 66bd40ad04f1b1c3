/** What a clerk does, as against what a page asks by itself. */
const ACTS = ["submit", "click", "change"]

export function isAct(cause) { return ACTS.includes(cause?.type) }

/** Return what does the same once more, if the page still has it. */
export function again(elt, cause) {
  return () => {
    if (!elt.isConnected) return
    if (cause.type === "submit") elt.requestSubmit(cause.submitter?.isConnected ? cause.submitter : null)
    else if (cause.type === "click") elt.click()
    else elt.dispatchEvent(new Event(cause.type, { bubbles: true }))
  }
}
