/**
 * The kernel's processes, a file each, in dist/kernel/run: a process that loads twenty small modules starts 15 ms later
 * than one that loads their bundle. Packages stay outside. Beside them the snapshot that the language process starts
 * from. Run after tsc has written dist/kernel; by itself for the tests, which compile the kernel alone.
 */
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const kernel = join(dirname(dirname(fileURLToPath(import.meta.url))), "dist", "kernel");

/** Process → its entry. */
const entries = {
  front: "front/main.js",
  session: "session/main.js",
  watcher: "session/watcher.js",
  language: "language/main.js",
  snapshot: "language/snapshot.js",
};

/** A snapshot's entry may require Node's own modules alone: TypeScript, one file, is evaluated. */
const loadTypescript = `
const ownRequire = require;
require = (name) => {
  if (name !== "typescript") return ownRequire(name);
  const file = process.argv[3];
  const module = { exports: {} };
  const source = ownRequire("node:fs").readFileSync(file, "utf8");
  new Function("module", "exports", "require", "__filename", "__dirname", source)(
    module, module.exports, ownRequire, file, ownRequire("node:path").dirname(file));
  return module.exports;
};`;

export async function bundleKernel() {
  const dir = join(kernel, "run");
  rmSync(dir, { recursive: true, force: true });
  for (const [name, entry] of Object.entries(entries)) {
    const bundle = await rolldown({
      input: { [name]: join(kernel, entry) },
      platform: "node",
      external: (id) => !/^[./]/.test(id),
    });
    const form =
      name === "snapshot"
        ? { format: "cjs", entryFileNames: "[name].cjs", banner: loadTypescript }
        : { format: "esm", entryFileNames: "[name].js", chunkFileNames: `${name}-[name].js` };
    await bundle.write({ dir, ...form });
    await bundle.close();
  }
  const { snapshotFile, startBuilding } = await import("../dist/kernel/front/snapshot.js");
  const isMade = await startBuilding(snapshotFile, { inBackground: false })?.done;
  if (!isMade) console.warn("No start-up snapshot could be made: the first checked cell of each kernel waits 1.5 s.");
  writeFileSync(join(dir, "complete"), "");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleKernel();
