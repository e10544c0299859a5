// npm run assets: makes assets/nano anew, tokenizer, pre-training and weights. Nine minutes on one core with AMX; a
// run that was stopped goes on where it was.
import { join } from "node:path";
import { build, main, root, run } from "./steps.mjs";

await main(async () => {
  await build();
  return run(process.execPath, [join(root, "dist", "assets", "make.js"), ...process.argv.slice(2)]);
});
