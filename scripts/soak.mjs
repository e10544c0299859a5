// npm run soak -- gym […], jobs […]: properties over many seeds, too long for every test run; test/soak/ has them.
import { installDependencies, main, run, StepError } from "./steps.mjs";

await main(async () => {
  const [what, ...args] = process.argv.slice(2);
  if (what !== "gym" && what !== "jobs") throw new StepError("npm run soak -- gym|jobs [--help]");
  await installDependencies();
  return run(process.execPath, ["--import", "./test/ts-hooks.mjs", `test/soak/${what}.ts`, ...args]);
});
