/** A bundle is refused, by name, when a file is not what its manifest says. */

import { describe, expect, test } from "vitest";
import { check, manifestOf } from "../src/bundle";

const bytes = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
const HELLO = { bytes: 5, sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" };

describe("files", () => {
  test("one that fits", async () => expect(await check("a.json", bytes("hello"), HELLO)).toBeUndefined());
  test("one that was cut", async () => {
    await expect(check("a.json", bytes("hell"), HELLO)).rejects.toThrow("a.json: expected 5 bytes. Received: 4");
  });
  test("one that was changed", async () => {
    await expect(check("a.json", bytes("hallo"), HELLO)).rejects.toThrow("a.json: changed since the bundle was made");
  });
});

describe("manifest", () => {
  test("of another generation", () => {
    expect(() => manifestOf(bytes('{"schema_version": 2}'))).toThrow("expected schema_version 1. Received: 2");
  });
  test("that is no JSON", () =>
    expect(() => manifestOf(bytes("<html>"))).toThrow("manifest.json: cannot be read as JSON"));
  test("without its files", () => {
    expect(() => manifestOf(bytes('{"schema_version": 1, "max_length": 64}'))).toThrow("expected files");
  });
});
