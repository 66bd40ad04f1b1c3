/**
 * Keeps the shell of the app for when the network is gone: its files, and a page that says so.
 *
 * No page, no answer of the API and nothing else is ever put into a cache. Pages come from the
 * network or not at all; what is sent (POST) does not pass here. The server writes
 * `const SHELL = { version, offline, files }` in front; a new version takes over at once, and no
 * open page is loaded again for it.
 */
// A customer's pass has caches of its own (pass/worker.js).
const MINE = "shell-"
const CACHE = `${MINE}${SHELL.version}`
// As long as htmx waits (htmx_config.json).
const PATIENCE = 15_000
const SILENT = [502, 503, 504]

addEventListener("install", (event) => event.waitUntil(keep()))
addEventListener("activate", (event) => event.waitUntil(takeOver()))

// What an approver is told while no page of ours is open (orders/notices.py).
addEventListener("push", (event) => event.waitUntil(tell(event.data?.json() ?? {})))
addEventListener("notificationclick", (event) => {
  event.notification.close()
  event.waitUntil(lead(event.notification.data))
})

addEventListener("fetch", (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== "GET" || origin !== location.origin) return
  if (request.mode === "navigate") event.respondWith(visit(event))
  else if (SHELL.files.includes(pathname)) event.respondWith(kept(request))
})

async function keep() {
  const cache = await caches.open(CACHE)
  await cache.addAll([new Request(SHELL.offline, { cache: "reload", credentials: "omit" }), ...SHELL.files])
  await skipWaiting()
}

async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith(MINE) && name !== CACHE) await caches.delete(name)
  // The page is on its way while the worker wakes up.
  await registration.navigationPreload?.enable()
  await clients.claim()
}

async function visit(event) {
  const late = new Promise((_, refuse) => setTimeout(refuse, PATIENCE))
  try {
    const answer = await Promise.race([ask(event), late])
    return SILENT.includes(answer.status) ? offline() : answer
  } catch {
    return offline()
  }
}

async function ask(event) {
  return (await event.preloadResponse) ?? fetch(event.request)
}

async function offline() {
  return (await caches.match(SHELL.offline)) ?? Response.error()
}

async function kept(request) {
  const cache = await caches.open(CACHE)
  return (await cache.match(request)) ?? fetch(request)
}

function tell({ title = "omnistore", body = "", url = "/", tag = "" }) {
  return registration.showNotification(title, { body, tag, icon: SHELL.icon, data: url, requireInteraction: true })
}

// Only to a page of ours, whatever was pushed; one that is open already comes to the front.
async function lead(path) {
  const url = new URL(path ?? "/", location.origin)
  if (url.origin !== location.origin) return
  const open = await clients.matchAll({ type: "window", includeUncontrolled: true })
  const same = open.find((page) => new URL(page.url).pathname === url.pathname)
  await (same ? same.focus() : clients.openWindow(url.href))
}
