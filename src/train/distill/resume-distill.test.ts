import { it } from "vitest";
import { expectSame, killAndResume } from "../kill.test-helper.ts";

const imports = {
  "policy/policy.test-helper.ts": "byteModel, letters, quick",
  "distill/distill.ts": "distill",
};
/** Rewards, forward passes of teacher and student and the optimizer's file count their calls. */
const watched = `
    const model = await byteModel();
    watchCheckpoints(model);
    const { engine } = model;
    const forward = engine.forward.bind(engine);
    engine.forward = async (...given) => { place(given[1].keep ? "student" : "teacher"); return forward(...given); };`;

it("a distill() on rollouts, killed in a rollout, under the teacher, in an update or a checkpoint, ends with the same bytes", {
  timeout: 240_000,
}, async () => {
  const train = `${watched}
    const { groupSize, ...rest } = quick;
    const result = await distill({ model, ...rest, groupSize: 2, steps: 8, saveEvery: 2, candidates: 4, averageDecay: 0.5,
      policyWeight: 0.5, lora: { rank: 4, dropout: 0.1 }, resume: true, coefficient: { start: 1, floor: 0.2, halfLife: 3 },
      hint: ({ trajectory }) => "Say " + trajectory.task.answer,
      rewards: { letters: (context) => { place("rollout"); return letters(context); } } });`;
  // In the first step after a checkpoint, in the writing of the next one, under the teacher, in an update.
  const kills = ["rollout:11", "checkpoint:1", "teacher:4", "student:4"];
  const files = ["optimizer.safetensors", "teacher.safetensors"];
  await killAndResume({ imports, train, kills }, (runs) =>
    expectSame(runs, { steps: 8, measure: "divergence", files }),
  );
});
