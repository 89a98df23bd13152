/**
 * Serves dist/ at / and a bundle at /bundle/, on this machine only.
 *
 *     MAKEUP_AI_BUNDLE=../build/demo/bundle PORT=4173 node serve.mjs
 *
 * PORT=0 takes a free one; the address is the last line printed.
 */

import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const HOST = "127.0.0.1";
const here = dirname(fileURLToPath(import.meta.url));
const pages = join(here, "dist");
const bundle = resolve(here, process.env.MAKEUP_AI_BUNDLE ?? "../build/demo/bundle");
const port = Number(process.env.PORT ?? 4173);

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

for (const [folder, file, remedy] of [
  [pages, "index.html", "Run `npm run build` first."],
  [bundle, "manifest.json", "Set MAKEUP_AI_BUNDLE to the folder of a bundle, or make the demo's with `make demo`."],
]) {
  if (!existsSync(join(folder, file))) {
    console.error(`Expected ${file} in ${folder}. ${remedy}`);
    process.exit(1);
  }
}

/** The file an address stands for, or null where it leaves its folder or is none. */
function fileOf(address) {
  let path;
  try {
    path = decodeURIComponent(new URL(address, `http://${HOST}`).pathname);
  } catch {
    return null;
  }
  const inBundle = path.startsWith("/bundle/");
  const folder = inBundle ? bundle : pages;
  const wanted = inBundle ? path.slice("/bundle/".length) : path.slice(1) || "index.html";
  const file = resolve(folder, wanted);
  const inside = file.startsWith(folder + sep) && !wanted.includes("\0");
  return inside && existsSync(file) && statSync(file).isFile() ? file : null;
}

const server = createServer((request, response) => {
  const file = request.method === "GET" || request.method === "HEAD" ? fileOf(request.url ?? "/") : null;
  if (!file) {
    response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("not here\n");
    return;
  }
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-length": statSync(file).size,
    "cache-control": "no-cache", // the service worker is the cache
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  if (request.method === "HEAD") response.end();
  else
    createReadStream(file)
      .on("error", () => response.destroy())
      .pipe(response);
});

server.on("error", (error) => {
  console.error(`Cannot listen on ${HOST}:${port} (${error.code}). Choose another with PORT=...`);
  process.exit(1);
});
server.listen(port, HOST, () => console.log(`http://${HOST}:${server.address().port}/`));
