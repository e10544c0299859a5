/**
 * Entry point of the language process with a start-up snapshot: TypeScript is loaded, its libraries and Node's types
 * are parsed, bound and in a checker before the process begins. Runs twice: where the snapshot is built
 * (`node --snapshot-blob <file> --build-snapshot snapshot.cjs <our root>`, V8 then writes the heap to the file), and
 * from `main` on in each process that starts from it (`node --snapshot-blob <file> - <notebook's folder> <our root>`).
 * https://nodejs.org/docs/latest-v20.x/api/v8.html#startup-snapshot-api
 */
import { readFileSync } from "node:fs";
import { join, parse } from "node:path";
import { startupSnapshot } from "node:v8";
import ts from "typescript";
import { inspectAt } from "./completion.ts";
import { Notebook } from "./notebook.ts";
import { stampOf } from "./program.ts";
import { staleExitCode } from "./requests.ts";
import { serve } from "./server.ts";

// TypeScript remembers it, and it is another where the snapshot starts.
ts.sys.getCurrentDirectory = () => process.cwd();

const [installation] = process.argv.slice(2);
const prepared = new Notebook({ folder: parse(installation).root, installation });
prepared.warm();
// Compiled now, this need not be then. (Not completion: after it, V8 refuses to write a snapshot.)
inspectAt(prepared, "console.log", 9);
prepared.check("const wrong: number = 'x';", true, false);

/** What the snapshot holds of the disk: path → what it was then. */
const held = new Map([...files()].map((path) => [path, stamp(path)]));

function files(): Set<string> {
  const names = new Set([__filename, ...prepared.program.files]);
  names.add(ts.sys.getExecutingFilePath());
  // Packages are unpacked with the same times whatever their version.
  for (const name of [...names]) {
    const root = /^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(name)?.[0];
    if (root) names.add(join(root, "package.json"));
  }
  return names;
}

function stamp(path: string): string {
  return path.endsWith("package.json") ? readFileSync(path, "utf8") : stampOf(path);
}

startupSnapshot.setDeserializeMainFunction(() => {
  const [folder, root] = process.argv.slice(2);
  if (root !== installation) process.exit(staleExitCode);
  for (const [path, before] of held) if (stamp(path) !== before) process.exit(staleExitCode);
  const { registry } = prepared.program;
  const notebook = prepared.program.moveTo(folder) ? prepared : new Notebook({ folder, installation, registry });
  serve(() => notebook);
  if (notebook !== prepared) setImmediate(() => notebook.warm());
});
