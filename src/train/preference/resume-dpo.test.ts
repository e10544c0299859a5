/** A dpo killed with -9 in the middle of an update, and started again, ends with the bytes of one that was left alone. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { preferenceLoss } from "../math/preference-loss.ts";
import { fakeModel } from "../sft/sft.test-helper.ts";
import { dpo } from "./dpo.ts";
import { rows } from "./preference.test-helper.ts";

const hooks = join(import.meta.dirname, "../../../test/ts-hooks.mjs");
const source = (path: string) => JSON.stringify(join(import.meta.dirname, path));
const options = { steps: 6, saveEvery: 2, batchSize: 4, learningRate: 0.02, lora: { rank: 4, dropout: 0.1 } };

it("ends with the same bytes", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "medgym-dpo-kill-"));
  const program = join(folder, "train.ts");
  writeFileSync(
    program,
    `import { dpo } from ${source("dpo.ts")};
    import { rows } from ${source("preference.test-helper.ts")};
    import { preferenceLoss } from ${source("../math/preference-loss.ts")};
    import { fakeModel } from ${source("../sft/sft.test-helper.ts")};
    let updates = 0;
    const loss = (inputs, { pairs }) => {
      if (String(++updates) === process.env.MEDGYM_TEST_KILL) process.kill(process.pid, "SIGKILL");
      return preferenceLoss(inputs, { kind: "sigmoid" }, pairs);
    };
    const { path } = await dpo({ model: await fakeModel(), data: rows, ...${JSON.stringify(options)}, loss, resume: true });
    process.stdout.write(path);`,
  );
  const start = (kill: string) => {
    const env = { ...process.env, MEDGYM_RUNS: join(folder, "killed"), MEDGYM_TEST_KILL: kill };
    return spawnSync(process.execPath, ["--import", hooks, program], { env, encoding: "utf8" });
  };
  expect(start("4").signal).toBe("SIGKILL"); // in the fourth step: that of the third is lost, that of the second is not
  const resumed = start("").stdout;
  process.env.MEDGYM_RUNS = join(folder, "whole");
  const whole = await dpo({
    ...{ model: await fakeModel(), data: rows, ...options },
    loss: (inputs, { pairs }) => preferenceLoss(inputs, { kind: "sigmoid" }, pairs),
  });
  delete process.env.MEDGYM_RUNS;
  const last = "checkpoints/step-6/optimizer.safetensors"; // trained values, moments and step count
  expect(readFileSync(join(resumed, last)).equals(readFileSync(join(whole.path, last)))).toBe(true);
  rmSync(folder, { recursive: true, force: true });
});
