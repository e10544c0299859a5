// npm run check: format, lint, types, unit tests and native tests; nothing that needs Python or a browser.
import { cpus } from "node:os";
import { close, format, native, types, vitest } from "./checks.mjs";
import { build, main } from "./steps.mjs";

await main(async () => {
  await build();
  return close([await format(), await types(), await native(cpus().length), await vitest("fast")]);
});
