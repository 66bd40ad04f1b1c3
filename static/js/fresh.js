/**
 * Says that what refreshes itself is no longer fresh, until an answer comes again.
 *
 * <div class="fresh" hx-get="…" hx-trigger="every 5s">…</div>
 * <p class="stale" role="alert">The server does not answer.</p>
 */
document.addEventListener("htmx:afterRequest", ({ detail: { elt, successful } }) => {
  if (elt.matches(".fresh")) elt.classList.toggle("is-stale", !successful)
})
