// The service worker of the desk. The server writes VERSION, KEPT, FONTS and SHARED above it (service/web/device.py).
// Only what is the same for everybody is kept: static files and the page without a connection, never a page of
// somebody.
importScripts(SHARED);
const CACHE = `desk-${VERSION}`;
const LANGUAGES = ["en", "ru"];
const pageIn = (language) => `/offline?reads=${language}`;

async function keep() {
  const cache = await caches.open(CACHE);
  // Without cookies: the page is that of a reader who is not known.
  await cache.add(new Request(pageIn(await reads()), { credentials: "omit", cache: "reload" }));
  await cache.addAll(KEPT);
  await Promise.all(FONTS.map((path) => font(cache, path)));
}

// Letters that the reader's pages have used are there already; others are not fetched for a page that may never be
// shown.
async function font(cache, path) {
  const here = await fetch(new Request(path, { cache: "only-if-cached", mode: "same-origin" })).catch(() => null);
  if (here?.ok) await cache.put(path, here);
}

async function dropOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("desk-") && name !== CACHE)
    .map((name) => caches.delete(name)));
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(dropOlder().then(() => self.clients.claim())));

// The language that the reader was last seen with, else the browser's.
async function reads() {
  const language = (await waiting.about().catch(() => null))?.language ?? navigator.language.slice(0, 2);
  return LANGUAGES.includes(language) ? language : "en";
}

// Who has changed the language since sees the page in the other one rather than none.
async function withoutConnection() {
  const found = await Promise.all([await reads(), ...LANGUAGES].map((language) => caches.match(pageIn(language))));
  return found.find(Boolean) ?? Response.error();
}

async function fresh(request) {
  const response = await fetch(request);
  if (response.status === 200 && response.type === "basic") (await caches.open(CACHE)).put(request, response.clone());
  return response;
}

// A file with its hash in the address never changes, nor does a font; a module is asked for first and taken from here
// without a connection.
async function file(request) {
  const here = await caches.match(request);
  if (here && (new URL(request.url).searchParams.has("v") || FONTS.includes(new URL(request.url).pathname)))
    return here;
  return fresh(request).catch(() => here ?? Response.error());
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(withoutConnection));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "waiting")
    event.waitUntil(waiting.sendAll().then((left) => { if (left.lost) throw new Error("no connection yet"); }));
});

self.addEventListener("push", (event) => {
  const said = event.data?.json() ?? {};
  event.waitUntil(self.registration.showNotification(said.title ?? "Poruchi", {
    body: said.body ?? "", tag: said.tag, lang: said.lang, renotify: Boolean(said.tag),
    data: { url: said.url ?? "/app" },
    icon: "/static/img/icon-192.png", badge: "/static/img/icon-192.png",
  }));
});

async function show(path) {
  const page = new URL(path, location.origin);
  if (page.origin !== location.origin) return;
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((one) => new URL(one.url).pathname === page.pathname);
  await (there ? there.focus() : self.clients.openWindow(page.href));
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.url));
});
