/** The notebooks from top to bottom, shortened by their parameters: through the real kernel, by our client. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type CodeCell, readNotebook, writeNotebook } from "../../kernel/client/notebook.ts";
import { root } from "../stage.ts";
import { environment, isCode, medgym, output, runStaged, shownBy } from "./run-notebook.test-helper.ts";

test("01-data, shortened: what is read comes back, patients stay together, rows replay, a leak stops training", async () => {
  const cells = await runStaged("01-data", { patients: 40, demonstrations: 30, steps: 1 }, { plots: false });
  const shown = (id: string) => shownBy(cells, id);
  expect(shown("table")).toMatch(/80 rows, 3 columns.*visit: Int64, dialogue: List<Struct</s);
  expect(shown("stream")).toMatch(/dialogues\.jsonl, line 4\n320 turns/);
  expect(shown("thinking")).toMatch(/^true <think>.*\nfalse \d+ kg/);
  expect(shown("back")).toContain("true");
  expect(shown("split")).toMatch(/train +64 rows, 32 patients.*test patients in training: 0/s);
  expect(shown("make")).toMatch(/30 demonstrations of 30 tasks, each replayed/);
  expect(shown("make-few")).toContain("10 distinct ones exist");
  expect(shown("games")).toMatch(/Push the box.*<answer>/s);
  expect(shown("lint")).toMatch(/\d+ tasks, 0 errors/);
  expect(shown("contamination")).toMatch(/contamination: 0 of/);
  expect(shown("leak")).toMatch(/contamination: 1 of/);
  expect(shown("learned")).toMatch(/submitAnswer.*<\|im_end\|>/s);
  expect(shown("train")).toMatch(/sft:\s+succeeded/);
  expect(shown("train-leak")).toContain("Take these rows out of the training data");
});

test("04-grpo, shortened: habits are shown, the dry run and the run draw themselves, accuracy is compared beside the composite", async () => {
  const short = { trainSets: 1, testSets: 1, sftSteps: 2, steps: 1, tasksPerStep: 1, groups: 2 };
  const cells = await runStaged("04-grpo", short, { plots: false });
  const shown = (id: string) => shownBy(cells, id);
  expect(shown("tasks")).toMatch(/\d+ tasks to be shown, \d+ to be played.*submitted after 3 turns/s);
  const [, rows, hasty] = /(\d+) demonstrations, (\d+) of them without a look-up/.exec(shown("habit"))!.map(Number);
  expect(hasty / rows).toBeGreaterThan(0.3);
  expect(hasty / rows).toBeLessThan(0.9);
  expect(shown("dry")).toMatch(/grpo dry run: 2 groups of 8.*drawn .*greedy /s);
  expect(shown("grpo")).toMatch(/grpo: succeeded/);
  for (const [id, measure] of [
    ["composite", "composite"],
    ["accuracy", "accuracy"],
    ["actions", "action"],
  ])
    expect(shown(id)).toMatch(new RegExp(`^${measure} +after SFT +after GRPO .*^all +\\d\\.\\d+ \\[`, "ms"));
  expect(shown("read-before")).toContain("[turn 1");
});

test("03-lora-sft, shortened", async () => {
  await runStaged("03-lora-sft", { steps: 12, trainTasks: 96, validationTasks: 6, testTasks: 3 });
});

test("02-baseline-evaluation, shortened: models × domains with n and intervals, the expert far above chance", async () => {
  const cells = await runStaged("02-baseline-evaluation", { trainTasks: 8, testTasks: 2, steps: 2 }, { plots: false });
  const table = shownBy(cells, "table");
  expect(table).toMatch(/^composite +nano +nano, tuned +random tools +expert /m);
  for (const row of ["drug-interaction", "ehr-management", "medical-qa", "triage"]) {
    const estimates = [...new RegExp(`^${row} .* 2$`, "m").exec(table)![0].matchAll(/(\d\.\d+) \[\d/g)].map(([, n]) =>
      Number(n),
    );
    expect(estimates.slice(0, 4).length).toBe(4);
    expect(estimates[3]).toBeGreaterThan(estimates[2] + 0.3);
  }
  for (const id of ["domains", "plot", "parts"]) expect(shownBy(cells, id)).toMatch(/Figure "/);
});

test("05-ppo, shortened: a dry run, training, before and after, what the critic expects of each token", async () => {
  const parameters = { trainSets: 1, testSets: 1, sftSteps: 1, steps: 1, tasksPerStep: 1, groups: 1, maxNewTokens: 24 };
  const cells = await runStaged("05-ppo", parameters, { plots: false });
  const shown = (id: string) => shownBy(cells, id);
  expect(shown("dry")).toMatch(/ppo dry run: 1 groups of 8/);
  expect(shown("train")).toMatch(/ppo:\s+succeeded/);
  expect(shown("after")).toMatch(/^composite +after SFT +after PPO/m);
  expect(shown("accuracy")).toMatch(/^accuracy +after SFT +after PPO/m);
  expect(shown("critic")).toMatch(/Figure "What the critic expects"/);
  expect(shown("own")).toContain("PpoResult");
});

test("06-clinical-gym: an environment in a cell of under 40 lines; wrong arguments, bad tasks and bad rewards are told", async () => {
  const cells = await runStaged("06-clinical-gym", {}, { plots: false });
  const { source } = cells.find(({ id }) => id === "environment")!;
  expect(source.split("\n").length).toBeLessThan(40);
  const shown = (id: string) => shownBy(cells, id);
  expect(shown("wrong-argument")).toMatch(/'mlPerHour' does not exist on type '{ millilitresPerHour: number; }'/);
  expect(shown("play")).toMatch(/submitted after \d turns, reward 0\.9.*action \+0\.\d+/s);
  expect(shown("mistake")).toMatch(/examination is .*xray.*There is no tool stopdrug/s);
  expect(shown("lint")).toContain("60 tasks, 0 errors");
  for (const rule of ["unknown-tool", "empty-criteria", "leak", "duplicate-ticket"])
    expect(shown("spoilt")).toContain(rule);
  expect(shown("probe-bad")).toContain("keyword salad is paid");
  expect(shown("probe-good")).not.toContain("is paid");
  const [, random, expert] = /^all +(\d\.\d+) .*?(\d\.\d+) \[[^\]]*\] +[−+]/m.exec(shown("evaluate")) ?? [];
  expect(Number(expert)).toBeGreaterThan(0.9);
  expect(Number(random)).toBeLessThan(0.7);
  expect(shown("rollout")).toMatch(/\d+ tokens, \d+ drawn/);
});

test("07-parallel-ablations, shortened: a cell as a job, six trainings and GRPO on eight slots, evaluated, ranked, merged", async () => {
  const home = mkdtempSync(join(tmpdir(), "medgym-ablations-"));
  Object.assign(environment, { MEDGYM_JOBS: home, MEDGYM_JOBS_IDLE_SECONDS: "2" });
  try {
    const short = { trainSets: 1, testSets: 1, sftSteps: 1, grpoSteps: 1 };
    const cells = await runStaged("07-parallel-ablations", short, { plots: false });
    const shown = (id: string) => shownBy(cells, id);
    expect(shown("data")).toMatch(/demonstrations \(job 1\): succeeded.*train: \d+ demonstrations/s);
    expect(shown("dry")).toMatch(/^sft: dry run.*activations/s);
    expect(shown("sweep")).toMatch(/ablations: 6 of 6 done\n.*^1 +\d+ +\S+ +\d\.\d+ +succeeded/ms);
    expect(shown("grpo")).toMatch(/grpo on r16 \(job \d+\): succeeded/);
    expect(shown("evaluate")).toMatch(/seven experiments: 0 of 8 devices busy · 15 succeeded/);
    expect(shown("compare")).toMatch(/^composite +base +GRPO on r16 /m);
    expect(shown("merge")).toMatch(/^1 +\S.*^7 +\S/ms);
  } finally {
    for (const name of ["MEDGYM_JOBS", "MEDGYM_JOBS_IDLE_SECONDS"]) delete (environment as NodeJS.ProcessEnv)[name];
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 });
  }
});

test("08-sokoban-pipeline, shortened: every stage, and the expert solves all", async () => {
  const short = { mapsOfSeed: 8, testMaps: 4, steps: 2, rounds: 1, mapsOfRound: 2, probed: 1 };
  const cells = await runStaged("08-sokoban-pipeline", short, { plots: false });
  const shown = (id: string) => shownBy(cells, id);
  expect(shown("data")).toContain("0 of 4 test maps lie in a room of the data");
  expect(shown("after")).toMatch(/^success +before +random moves +SFT +expert /m);
  expect(shown("after")).toMatch(/^all +0\.\d+ .* 1\.000 \[1\.000, 1\.000\]/m);
  expect(shown("probe")).toMatch(/from random moves: reward probe.*empty is paid/s);
  expect(shown("dry")).toMatch(/grpo dry run: 1 groups of 8/);
  expect(shown("grpo")).toMatch(/grpo:\s+succeeded/);
  expect(shown("choose")).toMatch(/pickBest: step 1 of 1 checkpoints, by success.*kept: SFT/s);
  expect(shown("validate")).toMatch(/^merged: \d+ % of 4 tasks played to the same letter/m);
  expect(shown("merged")).toMatch(/^success +SFT +merged +expert /m);
  expect(shown("harder")).toMatch(/^success +random moves +merged /m);
  for (const id of ["lengths", "rewards"]) expect(shown(id)).toMatch(/Figure "/);
});

test("the README's cell runs as it stands, on fewer steps and tasks", async () => {
  const [, code] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
  const source = code
    .replace("count: 1600", "count: 64")
    .replace("count: 200", "count: 8")
    .replace("steps: 200", "steps: 4");
  expect(source).not.toBe(code);
  mkdirSync(output, { recursive: true });
  const file = join(output, "readme.ipynb");
  const cell: CodeCell = { cell_type: "code", id: "readme", metadata: {}, source, execution_count: null, outputs: [] };
  const metadata = { kernelspec: { name: "medgym", display_name: "TypeScript (medgym)", language: "typescript" } };
  writeNotebook(file, { nbformat: 4, nbformat_minor: 5, metadata, cells: [cell] });
  await medgym("run", file, "--cwd", root, "--output", join(output, "readme-executed.ipynb"));
  const [executed] = readNotebook(join(output, "readme-executed.ipynb")).cells.filter(isCode);
  expect(executed.outputs.at(-1)).toMatchObject({
    output_type: "execute_result",
    data: { "text/html": expect.any(String) },
  });
});
