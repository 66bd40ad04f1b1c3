// The square's address has the code behind a #. It goes into the form, out of the address and the
// history, and is posted; the form waits meanwhile, and is there again for who comes back to it.
const form = document.querySelector("#receipt-enter")

function open() {
  const code = location.hash.slice(1)
  if (!form || !code) return
  history.replaceState(null, "", location.pathname)
  form.elements.code.value = code
  form.dataset.opening = ""
  form.requestSubmit()
}

open()
// Another square scanned into a page that stands open.
addEventListener("hashchange", open)
addEventListener("pageshow", ({ persisted }) => { if (persisted) delete form?.dataset.opening })
