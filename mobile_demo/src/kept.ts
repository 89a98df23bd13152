/** What airplane mode opens: the last bundle that was read whole. */

import type { Manifest } from "./bundle";

const CACHE = "bundle"; // the service worker's name for it

/**
 * Keeps the manifest of a bundle that has been opened, and drops the files of older ones.
 *
 * Until then the manifest of the bundle before stays, with its files: a network that goes halfway through an update costs
 * the update, not the page.
 */
export async function keep(manifest: Manifest, address: string): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.put(`${address}manifest.json`, Response.json(manifest));
  const current = new Set(Object.values(manifest.files).map(({ sha256 }) => sha256.slice(0, 16)));
  for (const request of await cache.keys()) {
    const sha256 = new URL(request.url).searchParams.get("sha256");
    if (sha256 !== null && !current.has(sha256)) await cache.delete(request);
  }
}
