/** Claim: the kernel answers at once, loses nothing and stops when told to. Figures of one run, beside what is asked. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KernelUnderTest } from "../kernel/testing/harness.ts";
import type { Bench } from "./context.ts";
import { median } from "./harness.ts";
import { figure, type Row } from "./rows.ts";

/** Milliseconds that `work` takes. */
async function clock(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function clocks(times: number, work: (i: number) => Promise<unknown>): Promise<number[]> {
  const figures: number[] = [];
  for (let i = 0; i < times; i++) figures.push(await clock(() => work(i)));
  return figures;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export const kernelBench: Bench = async (bench) => {
  const { root, quick } = bench;
  const group = async (name: string, measure: (row: RecordFigure) => Promise<void>) => {
    if (!bench.wanted(name)) return;
    await bench.row(name, async () => {
      const rows: Row[] = [];
      await measure((what, value, atMost, unit = "ms") => {
        const ours = figure({ name: "medgym", values: [value] });
        rows.push({ name: `kernel: ${what}`, unit, better: "less", ours, target: { atMost } });
      });
      return rows;
    });
  };
  await group("kernel, unchecked cells", (row) => unchecked(row, root, quick));
  await group("kernel, checked cells", (row) => checked(row, quick));
};

type RecordFigure = (what: string, value: number, atMost: number, unit?: "ms" | "MB" | "messages") => void;

async function unchecked(row: RecordFigure, root: string, quick: boolean): Promise<void> {
  const starts: number[] = [];
  const firsts: number[] = [];
  for (let i = 0; i < (quick ? 2 : 5); i++) {
    const kernel = await KernelUnderTest.start();
    await kernel.request("kernel_info_request");
    starts.push(performance.now() - kernel.startedAt);
    firsts.push(await clock(() => kernel.execute("1 + 1")));
    await kernel.stop();
  }
  row("cold start to kernel_info", median(starts), 200);
  row("first 1+1, unchecked", median(firsts), 15);
  const kernel = await KernelUnderTest.start();
  await kernel.execute("0");
  row("trivial cell, unchecked, median", median(await clocks(200, (i) => kernel.execute(`${i} + 1`))), 2);
  const arrow = `import * as arrow from ${JSON.stringify(join(root, "node_modules/apache-arrow/Arrow.node.mjs"))}`;
  row("import apache-arrow, first", await clock(() => kernel.execute(arrow)), 200);
  row("import apache-arrow, again", median(await clocks(5, () => kernel.execute(arrow))), 5);
  const lines = "for (let i = 0; i < 20_000; i++) console.log('line ' + i)";
  let text = "";
  row("20,000 lines of output", await clock(async () => (text = (await kernel.execute(lines)).stdout)), 200);
  row("20,000 lines of output: lost", 20_000 - (text.split("\n").length - 1), 0, "messages");
  const cells = quick ? 1000 : 10_000;
  let lost = 0;
  for (let i = 0; i < cells; i++) {
    const { stdout, messages } = await kernel.execute(`console.log(${i})`);
    if (stdout !== `${i}\n` || messages.at(-1)?.content.execution_state !== "idle") lost++;
  }
  row(`lost in ${cells} printing cells`, lost, 0, "messages");
  for (const [what, code] of [
    ["interrupt while(true){}", "while (true) {}"],
    ["interrupt a loop after await", "await 1; while (true) {}"],
    ["interrupt a pending await", "await new Promise(() => {})"],
  ]) {
    const figures: number[] = [];
    for (let i = 0; i < 5; i++) {
      const running = kernel.execute(code);
      await pause(50);
      figures.push(await clock(() => Promise.all([kernel.interrupt(), running])));
    }
    row(what, median(figures), 20);
  }
  await kernel.stop();
}

async function checked(row: RecordFigure, quick: boolean): Promise<void> {
  const ready = await KernelUnderTest.start({ env: { MEDGYM_CHECK: "error" } });
  await ready.request("complete_request", { code: "", cursor_pos: 0 }); // answered once TypeScript is loaded
  row("first 1+1, checked, TypeScript loaded", await clock(() => ready.execute("1 + 1")), 150);
  await ready.stop();
  const kernel = await KernelUnderTest.start({ env: { MEDGYM_CHECK: "error" } });
  row("first 1+1, checked, TypeScript not loaded yet", await clock(() => kernel.execute("1 + 1")), 150);
  const cell = (i: number) => kernel.execute(`const v${i} = ${i ? `v${i - 1} + 1` : "0"}; console.log(v${i})`);
  const figures = await clocks(quick ? 60 : 220, cell);
  row("trivial cell, checked, median of the first 40", median(figures.slice(0, 40)), 20);
  row("trivial cell, checked, median of the last 20", median(figures.slice(-20)), 20);
  const complete = (code: string) => kernel.request("complete_request", { code, cursor_pos: code.length });
  await complete("consol");
  row("completion, code changed", median(await clocks(10, (i) => complete(`const q${i} = v1.to`))), 20);
  row("completion, code unchanged", median(await clocks(10, () => complete("v1.toF"))), 5);
  const spinning = kernel.execute("while (true) {}");
  await pause(50);
  row("completion while a cell spins", median(await clocks(10, (i) => complete(`const s${i} = v1.to`))), 30);
  await kernel.interrupt();
  await spinning;
  const session = Number((await kernel.execute("process.pid")).result);
  const front = Number((await kernel.execute("process.ppid")).result);
  row("memory of front and session", residentMegabytes(front) + residentMegabytes(session), 120, "MB");
  row("memory of the checker", residentMegabytes(checkerOf(front, session)), 200, "MB");
  await kernel.stop();
}

const residentMegabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;

/** The front's other child. */
const checkerOf = (front: number, session: number): number =>
  readFileSync(`/proc/${front}/task/${front}/children`, "utf8")
    .trim()
    .split(" ")
    .map(Number)
    .find((pid) => pid !== session)!;
