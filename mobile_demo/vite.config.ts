/** The build: the page, LiteRT's WebAssembly beside it, and a service worker that knows both by content. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { defineConfig, type Plugin } from "vite";

const LITERT = "node_modules/@litertjs/core/wasm";

/** With and without relaxed SIMD; LiteRT.js chooses. Its other builds need threads or JSPI, which nothing here uses. */
const WASM = ["litert_wasm_internal", "litert_wasm_compat_internal"].flatMap((name) => [`${name}.js`, `${name}.wasm`]);

/** LiteRT.js and `@huggingface/tokenizers` are under the license of this repository; a page that carries them carries it. */
const LICENSE = "../LICENSE";

function runtime(): Plugin {
  return {
    name: "runtime",
    apply: "build",
    generateBundle() {
      for (const name of WASM) {
        this.emitFile({ type: "asset", fileName: `wasm/${name}`, source: readFileSync(`${LITERT}/${name}`) });
      }
      this.emitFile({ type: "asset", fileName: "LICENSE.txt", source: readFileSync(LICENSE) });
    },
  };
}

/** Writes the names of the page's own files, and a version made of their content, into the service worker. */
function shell(): Plugin {
  return {
    name: "shell",
    apply: "build",
    enforce: "post",
    generateBundle(_, output) {
      const names = Object.keys(output).filter((name) => /^(?:index\.html$|assets\/)/.test(name));
      const extra = ["public/icon.svg", "public/app.webmanifest"];
      const hash = createHash("sha256");
      for (const name of names.sort()) {
        const file = output[name]!;
        hash.update(name).update(file.type === "chunk" ? file.code : file.source);
      }
      for (const path of [...extra, ...WASM.map((name) => `${LITERT}/${name}`)]) hash.update(readFileSync(path));
      const worker = output["worker.js"];
      if (worker?.type !== "chunk") throw new Error("Expected worker.js among the built files.");
      const files = ["./", ...names.filter((name) => name !== "index.html"), ...extra.map((path) => basename(path))];
      worker.code = worker.code
        .replace(/["'`]__SHELL__["'`]/, () => JSON.stringify(files))
        .replace("__VERSION__", hash.digest("hex").slice(0, 12));
    },
  };
}

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: "index.html", worker: "src/worker.ts" },
      output: { entryFileNames: (chunk) => (chunk.name === "worker" ? "worker.js" : "assets/[name]-[hash].js") },
    },
  },
  plugins: [runtime(), shell()],
  test: { include: ["tests/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
