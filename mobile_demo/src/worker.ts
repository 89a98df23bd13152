/**
 * The service worker: after one visit, page, runtime and bundle come from the cache, and airplane mode changes nothing.
 *
 * The page's own files are cached at install, in a cache named after their content. The runtime and the bundle's files
 * are cached as they are first read; the bundle's carry their SHA-256 in the address, so a new bundle is never answered
 * with an old one's files. Only the bundle's manifest is asked for anew while there is a network; which one is kept, the
 * page decides (`kept.ts`). A new version of the page waits until the old one is closed: a take-over in the middle of a
 * visit can leave Chromium without an answer when the network goes at the same time.
 */

const worker = self as unknown as ServiceWorkerGlobalScope;

const SHELL = "__SHELL__" as unknown as string[];
const APP = "app-__VERSION__";
const BUNDLE = "bundle";

worker.addEventListener("install", (event) => {
  event.waitUntil(install());
});

worker.addEventListener("activate", (event) => {
  void forgetVersions(); // nothing waits for it: until this event ends the page waits for its files
  event.waitUntil(worker.clients.claim());
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return;
  const inBundle = url.href.startsWith(new URL("bundle/", worker.registration.scope).href);
  if (inBundle && url.pathname.endsWith("/manifest.json")) event.respondWith(networkFirst(request));
  else event.respondWith(cacheFirst(request, inBundle ? BUNDLE : APP));
});

/** Keeps the page, and of the runtime what an older version of the page had read: a visit offline may come next. */
async function install(): Promise<void> {
  const older = (await caches.keys()).filter((name) => name !== BUNDLE);
  const kept = await Promise.all(older.map(async (name) => (await caches.open(name)).keys()));
  const runtime = kept.flat().filter(({ url }) => url.startsWith(new URL("wasm/", worker.registration.scope).href));
  await (await caches.open(APP)).addAll([...SHELL, ...new Set(runtime.map(({ url }) => url))]);
}

async function cacheFirst(request: Request, name: string): Promise<Response> {
  const cache = await caches.open(name);
  const page = request.mode === "navigate" ? new URL("./", worker.registration.scope).href : request;
  const cached = await cache.match(page);
  if (cached) return cached;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(page, answer.clone());
  return answer;
}

async function networkFirst(request: Request): Promise<Response> {
  try {
    return await fetch(request, { cache: "no-store" });
  } catch (error) {
    const cached = await (await caches.open(BUNDLE)).match(request);
    if (cached) return cached;
    throw error;
  }
}

async function forgetVersions(): Promise<void> {
  const older = (await caches.keys()).filter((name) => name !== APP && name !== BUNDLE);
  await Promise.all(older.map((name) => caches.delete(name)));
}
