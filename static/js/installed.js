/** Takes the service worker into service, and shows no page of before from the browser's memory. */

// There is none on plain http, except on localhost.
navigator.serviceWorker?.register("/service-worker.js", { updateViaCache: "none" }).catch(() => {})

// The clerk may have changed since: the server decides again what is to be seen.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return
  document.body.hidden = true
  location.reload()
})
