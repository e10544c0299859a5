// npm run soak -- gym […]: properties over many seeds, too long for every test run; test/soak/ has them.
import { installDependencies, main, run, StepError } from "./steps.mjs";

await main(async () => {
  const [what, ...args] = process.argv.slice(2);
  if (what !== "gym") throw new StepError("npm run soak -- gym [--help]");
  await installDependencies();
  return run(process.execPath, ["--import", "./test/ts-hooks.mjs", "test/soak/gym.ts", ...args]);
});
