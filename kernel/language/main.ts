/** Entry point of the language process without a snapshot: `node language.js <notebook's folder> <our root>`. */
import { Notebook } from "./notebook.ts";
import { serve } from "./server.ts";

const [folder, installation] = process.argv.slice(2);
let notebook: Notebook | undefined;
const current = (): Notebook => {
  notebook ??= new Notebook({ folder, installation });
  return notebook;
};
serve(current);
// Before the first question: parsed libraries, resolved globals, a first check.
setImmediate(() => current().warm());
