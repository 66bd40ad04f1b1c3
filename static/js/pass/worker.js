/**
 * Keeps the page of the pass for when the network is gone: the page that is nobody's, and its files.
 *
 * No answer about anybody is ever put into a cache; the codes of an hour are the page's own affair
 * (hours.js). The server writes `const SHELL = { version, page, files }` in front.
 */
const MINE = "pass-"
const CACHE = `${MINE}${SHELL.version}`
const PATIENCE = 6_000
const SILENT = [502, 503, 504]

addEventListener("install", (event) => event.waitUntil(keep()))
addEventListener("activate", (event) => event.waitUntil(takeOver()))

addEventListener("fetch", (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== "GET" || origin !== location.origin) return
  if (request.mode === "navigate") event.respondWith(visit(request))
  else if (SHELL.files.includes(pathname)) event.respondWith(kept(request))
})

async function keep() {
  const cache = await caches.open(CACHE)
  await cache.addAll([new Request(SHELL.page, { cache: "reload", credentials: "omit" }), ...SHELL.files])
  await skipWaiting()
}

async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith(MINE) && name !== CACHE) await caches.delete(name)
  await clients.claim()
}

async function visit(request) {
  const late = new Promise((_, refuse) => setTimeout(refuse, PATIENCE))
  try {
    const answer = await Promise.race([fetch(request), late])
    return SILENT.includes(answer.status) ? shell() : answer
  } catch {
    return shell()
  }
}

async function shell() {
  return (await caches.match(SHELL.page)) ?? Response.error()
}

async function kept(request) {
  const cache = await caches.open(CACHE)
  return (await cache.match(request)) ?? fetch(request)
}
