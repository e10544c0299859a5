import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeDirectoryAtomic, writeError, writeFileAtomic } from "./files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "medgym-files-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("writeFileAtomic", () => {
  it("writes, replaces, and leaves nothing else behind", async () => {
    const path = join(folder, "a.json");
    await writeFileAtomic(path, "1");
    await writeFileAtomic(path, new Uint8Array([50]));
    expect(readFileSync(path, "utf8")).toBe("2");
    expect(readdirSync(folder)).toEqual(["a.json"]);
  });

  it("keeps the old file and says why when it cannot write", async () => {
    const path = join(folder, "missing", "a.json");
    await expect(writeFileAtomic(path, "1")).rejects.toMatchObject({
      code: "io",
      message: `cannot write ${path}: its folder does not exist.`,
    });
  });
});

describe("writeDirectoryAtomic", () => {
  it("appears whole, or not at all when filling fails", async () => {
    const path = join(folder, "step-1");
    await writeDirectoryAtomic(path, (at) => writeFile(join(at, "x"), "1"));
    await writeDirectoryAtomic(path, (at) => writeFile(join(at, "y"), "2"));
    expect(readdirSync(path)).toEqual(["y"]);
    const failing = writeDirectoryAtomic(join(folder, "step-2"), async (at) => {
      writeFileSync(join(at, "x"), "half");
      throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    });
    await expect(failing).rejects.toMatchObject({ code: "io", message: expect.stringContaining("no space is left") });
    expect(readdirSync(folder)).toEqual(["step-1"]);
  });

  it("hands errors that are not the system's through", () => {
    const error = new Error("mine");
    expect(writeError("x", error)).toBe(error);
  });
});
