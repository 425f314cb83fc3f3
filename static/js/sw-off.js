// Kill switch: served at /sw.js instead of the worker when GENU_WORKER=off. It removes our caches
// and itself; what a person entered is not touched.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(leave()));
// A page that registers us again while we leave keeps us: each page says "keep" when it has loaded.
self.addEventListener("message", (event) => event.waitUntil(self.registration.unregister()));

async function leave() {
  for (const name of await caches.keys()) if (name.startsWith("genu-")) await caches.delete(name);
  await self.registration.unregister();
  for (const client of await self.clients.matchAll({ type: "window" })) client.navigate(client.url);
}
