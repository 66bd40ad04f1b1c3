import { Controller } from "stimulus"

const PATIENCE = 15_000

/**
 * Marks a plain form and its button while the browser waits for the next page; a second tap does
 * nothing. What htmx sends has marks of its own; both look alike (busy.css).
 *
 * <body data-controller="busy" data-action="submit@document->busy#wait pageshow@window->busy#rest">
 */
export default class extends Controller {
  wait(event) {
    if (event.target.classList.contains("is-busy")) return event.preventDefault()
    // Held back or sent by somebody else.
    if (event.defaultPrevented) return
    for (const waiting of [event.target, event.submitter]) waiting?.classList.add("is-busy")
    // The page is still here: it may be sent again.
    setTimeout(() => this.rest(), PATIENCE)
  }

  // The page comes back as it was left.
  rest() {
    for (const waiting of document.querySelectorAll(".is-busy")) waiting.classList.remove("is-busy")
  }
}
