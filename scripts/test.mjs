// npm test [-- --fast]: installs what the tests need, runs all of them, closes with "N passed, N failed".
// --fast leaves out what needs Python, a kernel or a browser (the "e2e" project of vitest.config.ts).
import { cpus } from "node:os";
import { close, format, native, types, vitest } from "./checks.mjs";
import { ensureChromium } from "./chromium.mjs";
import { build, installKernelspec, main, seconds, step } from "./steps.mjs";
import { testPackages, venvPython } from "./venv.mjs";

await main(async () => {
  const startedAt = performance.now();
  const fast = process.argv.includes("--fast");
  await build();
  if (!fast) await prepare();
  const counts = [await format(), await types(), await native(cpus().length)];
  counts.push(await vitest("fast"));
  if (!fast) counts.push(await vitest("e2e"));
  console.log(`\nTotal: ${seconds(startedAt)} s.`);
  return close(counts);
});

/** What cannot be installed is said here; the tests that need it then fail or are skipped with the same reason. */
async function prepare() {
  await installKernelspec();
  const chromium = await ensureChromium((line) => console.log(`· ${line}`));
  if (!chromium.path) console.log(`  The browser tests will be skipped: ${chromium.reason}`);
  await step("Python packages for the tests", () => venvPython(testPackages, (line) => console.log(`  ${line}`))).catch(
    (error) => console.log(`  ${error.message}`),
  );
}
