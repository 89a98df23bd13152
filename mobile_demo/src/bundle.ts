/** The bundle: a folder beside the page, checked file by file against its manifest before anything is read. */

export const SCHEMA_VERSION = 1;

/** The tables this page reads; the others in a bundle are for answers it does not give. */
export const TABLES = [
  "catalogue",
  "domain",
  "knowledge",
  "labels",
  "languages",
  "masks",
  "names",
  "needs",
  "phrases",
  "ranking",
] as const;

export type TableName = (typeof TABLES)[number];

const FILES = [
  "tokenizer.json",
  "models/understanding.tflite",
  "tables/embeddings.bin",
  ...TABLES.map((name) => `tables/${name}.json`),
];

/** Only bundles of calibrated runs have it. */
export const CALIBRATION = "tables/calibration.json";

/** Read where the manifest lists them: `popularity` is of bundles that learned from purchases. */
const OPTIONAL = ["tables/popularity.json", CALIBRATION];

interface FileEntry {
  bytes: number;
  sha256: string;
}

export interface Manifest {
  schema_version: number;
  name: string;
  version: string;
  languages: string[];
  max_length: number;
  embedding_dim: number;
  data: string;
  files: Record<string, FileEntry>;
}

/** A bundle, or one of its files, that cannot be trusted; the message names the file. */
export class BundleError extends Error {
  override name = "BundleError";
}

/** Every file the page uses, in memory and checked. */
export class Bundle {
  private constructor(
    readonly manifest: Manifest,
    readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  ) {}

  /**
   * Opens the bundle at `address` (with a slash at its end).
   *
   * Files are asked for as `path?sha256=...`, so that a cache never answers with another bundle's file.
   */
  static async open(address: string): Promise<Bundle> {
    const manifest = manifestOf(await read(`${address}manifest.json`, "manifest.json"));
    const wanted = [...FILES, ...OPTIONAL.filter((path) => Object.hasOwn(manifest.files, path))];
    const files = await Promise.all(
      wanted.map(async (path): Promise<[string, Uint8Array<ArrayBuffer>]> => {
        const entry = Object.hasOwn(manifest.files, path) ? manifest.files[path] : undefined;
        if (!entry) throw new BundleError(`${path}: not listed in manifest.json. Make the bundle again.`);
        const content = await read(`${address}${path}?sha256=${entry.sha256.slice(0, 16)}`, path);
        await check(path, content, entry);
        return [path, content];
      }),
    );
    return new Bundle(manifest, new Map(files));
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  bytes(path: string): Uint8Array<ArrayBuffer> {
    const content = this.files.get(path);
    if (!content) throw new BundleError(`${path}: this page does not read it.`);
    return content;
  }

  json<T>(path: string): T {
    return parsed(this.bytes(path), path) as T;
  }

  table<T>(name: TableName): T {
    return this.json<T>(`tables/${name}.json`);
  }
}

/** Holds a file to its entry in the manifest. */
export async function check(path: string, content: Uint8Array<ArrayBuffer>, entry: FileEntry): Promise<void> {
  if (content.length !== entry.bytes) {
    throw new BundleError(
      `${path}: expected ${entry.bytes} bytes. Received: ${content.length}. Copy the bundle again.`,
    );
  }
  const digest = Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", content)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  if (digest !== entry.sha256) {
    throw new BundleError(
      `${path}: changed since the bundle was made (SHA-256 ${digest.slice(0, 12)}... is not the manifest's).`,
    );
  }
}

/** Reads a manifest, and refuses one of another generation. */
export function manifestOf(content: Uint8Array<ArrayBuffer>): Manifest {
  const values = parsed(content, "manifest.json") as Partial<Manifest> | null;
  if (values?.schema_version !== SCHEMA_VERSION) {
    throw new BundleError(
      `manifest.json: expected schema_version ${SCHEMA_VERSION}. Received: ${String(values?.schema_version)}. ` +
        "Use a bundle and a page of the same generation.",
    );
  }
  const { files, max_length: length, embedding_dim: dim } = values;
  if (typeof files !== "object" || !Number.isInteger(length) || !Number.isInteger(dim)) {
    throw new BundleError("manifest.json: expected files, max_length and embedding_dim. Make the bundle again.");
  }
  return values as Manifest;
}

async function read(address: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  let answer: Response;
  try {
    answer = await fetch(address);
  } catch {
    throw new BundleError(
      `${path}: cannot be read. Open the page once with the server running; then it works offline.`,
    );
  }
  if (!answer.ok) throw new BundleError(`${path}: cannot be read (${answer.status}). Is there a bundle at bundle/ ?`);
  return new Uint8Array(await answer.arrayBuffer());
}

function parsed(content: Uint8Array<ArrayBuffer>, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (error) {
    throw new BundleError(`${path}: cannot be read as JSON (${String(error)}).`);
  }
}
