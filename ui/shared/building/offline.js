/* The service worker of a page that opens without any network. The build puts PAGE, VERSION,
   FILES and LATER before this. It never touches /v1/: what the platform says is kept by the page, not here. */

const CACHE = `motma-${PAGE}-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

/* A new version waits until the page is closed: the parts of one version belong together. */
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(`motma-${PAGE}-`) && name !== CACHE))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

/* The page says when nobody waits for anything. What fails is tried in the next idle moment. */
self.addEventListener("message", (event) => {
  if (event.data === "idle") event.waitUntil(keepLater().catch(() => null));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith(`/${PAGE}/`)) event.respondWith(answer(request));
});

/* One after the other, so that what the person asks for meanwhile goes first. */
async function keepLater() {
  const cache = await caches.open(CACHE);
  for (const name of LATER) {
    if (await cache.match(name)) continue;
    const fresh = await fetch(name, { priority: "low" });
    if (!fresh.ok) return;
    await cache.put(name, fresh);
  }
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  const wanted = request.mode === "navigate" ? "./" : request;
  const kept = await cache.match(wanted, { ignoreSearch: true });
  if (kept) return kept;
  const fresh = await fetch(request);
  // What was too large, or too seldom asked for, to be kept from the first visit on.
  if (fresh.ok && request.url.includes("/assets/")) await cache.put(request, fresh.clone());
  return fresh;
}
