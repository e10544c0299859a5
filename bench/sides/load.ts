/** Our side of the load bench: what a script that uses the package does first. Arguments: the package's entry, directory. */
import { peakBytes } from "./serve.ts";

const [entry, directory] = process.argv.slice(2);
const { loadModel } = (await import(entry)) as typeof import("../../src/index.ts");
await loadModel(directory);
console.log(JSON.stringify({ peakBytes: peakBytes() }));
process.exit(0);
