/**
 * The offline page: speaks the tablet's language, says what is missing, and goes back by itself.
 *
 * <body data-probe="…an address that answers 204…">
 *   <div lang="fr" hidden> … <span data-says="network">…</span><span data-says="server">…</span>
 *     <button type="button">…</button> </div>
 *   <div lang="en" hidden> … </div>
 * </body>
 */
const EVERY = 4000
const root = document.documentElement
const cookies = new Map(document.cookie.split("; ").map((pair) => pair.split("=")))

root.dataset.display = cookies.get("omnistore_display") ?? "auto"
if (within(cookies.get("omnistore_language"))) root.lang = cookies.get("omnistore_language")
const page = within(root.lang)
const button = page.querySelector("button")
page.hidden = false

function within(language) { return document.querySelector(`body > [lang="${language}"]`) }

function say() {
  const missing = navigator.onLine ? "server" : "network"
  for (const words of page.querySelectorAll("[data-says]")) words.hidden = words.dataset.says !== missing
}

async function look() {
  say()
  try {
    const answer = await fetch(document.body.dataset.probe, { cache: "no-store", signal: AbortSignal.timeout(EVERY) })
    // The address is still that of the page that was wanted.
    if (answer.ok) location.reload()
  } catch {
    // Still nothing: the next look comes by itself.
  }
}

button.addEventListener("click", async () => {
  button.setAttribute("aria-disabled", "true")
  await look()
  button.removeAttribute("aria-disabled")
})
for (const sign of ["online", "offline"]) addEventListener(sign, look)
setInterval(look, EVERY)
say()
