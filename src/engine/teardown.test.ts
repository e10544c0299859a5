import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "./addon.ts";

const addonFile = join(packageRoot(), "native", "build", "medgym.node");

/** Opens a device and starts a forward pass of some tenths of a second, which nobody waits for. */
const busy = `
  const addon = require(${JSON.stringify(addonFile)});
  const config = { architectures: ["Qwen2ForCausalLM"], model_type: "qwen2", vocab_size: 4096, hidden_size: 256, intermediate_size: 704,
    num_hidden_layers: 3, num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 2048, rms_norm_eps: 1e-6,
    rope_theta: 10000, tie_word_embeddings: true, hidden_act: "silu", initializer_range: 0.02 };
  async function start() {
    const device = await addon.deviceCreate("cpu", 2);
    const model = await addon.modelCreate(device, JSON.stringify(config), 1, { dtype: 0, checkFinite: false });
    const T = 1024;
    const tokens = new Int32Array(T).fill(5);
    const options = { adapter: null, candidates: 1, targets: tokens, temperature: 1, keep: false, checkpoint: false, train: false, dropoutSeed: 0, topK: 0 };
    const out = { logprobs: new Float32Array(T), entropy: null, topIds: null, topLogprobs: null, logits: null, vocabSize: 4096 };
    return () => addon.forward(model, { tokens, cuSeqlens: Int32Array.of(0, T), positions: null }, options, out);
  }
`;

/** A crash would end the process by a signal; a thread that is not joined would hang or crash it. */
function run(script: string) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ["--expose-gc", "-e", script], {
    encoding: "utf8",
    timeout: 25_000,
  });
  return { status, signal, stdout: stdout.trim(), stderr: stderr.trim() };
}
const ended = (stdout: string) => ({ status: 0, signal: null, stdout, stderr: "" });

describe("the addon's end", () => {
  it("a process ends by itself when no call is in flight, though a device is open", () => {
    expect(run(`${busy} start().then(() => console.log("open"))`)).toEqual(ended("open"));
  });

  it("a process stays alive for a call in flight", () => {
    expect(run(`${busy} start().then((forward) => void forward().then(() => console.log("done")))`)).toEqual(
      ended("done"),
    );
  });

  it("process.exit in the middle of a call", () => {
    expect(
      run(
        `${busy} start().then((forward) => { forward(); setTimeout(() => { console.log("exit"); process.exit(0); }, 30); })`,
      ),
    ).toEqual(ended("exit"));
  });

  it("workers are terminated in the middle of calls, in turn and together, while the main thread uses the engine", () => {
    const script = `${busy}
      const { Worker } = require("node:worker_threads");
      const code = ${JSON.stringify(`${busy} start().then((forward) => { forward(); forward(); require("node:worker_threads").parentPort.postMessage("busy"); })`)};
      async function one() {
        const worker = new Worker(code, { eval: true });
        await new Promise((resolve, reject) => { worker.once("message", resolve); worker.once("error", reject); });
        await worker.terminate();
      }
      (async () => {
        const forward = await start();
        await one();
        await one();
        const running = forward();
        await Promise.all([one(), one()]);
        await running;
        console.log("done");
      })();`;
    expect(run(script)).toEqual(ended("done"));
  });

  it("a worker that ends by itself leaves nothing behind, even when it alone had loaded the addon", () => {
    const script = `
      const { Worker } = require("node:worker_threads");
      const code = ${JSON.stringify(`${busy} start().then(() => {})`)};
      new Worker(code, { eval: true }).on("exit", (status) => console.log("exit", status));`;
    expect(run(script)).toEqual(ended("exit 0"));
  });

  it("handles that nobody holds are collected and their threads joined", () => {
    const script = `${busy}
      const threads = () => require("node:fs").readdirSync("/proc/self/task").length;
      (async () => {
        const before = threads();
        for (let i = 0; i < 12; i++) await addon.deviceCreate("cpu", 4);
        const held = threads();
        for (let i = 0; i < 5; i++) {
          gc();
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        await addon.deviceCreate("cpu", 1);
        console.log(held - before >= 12, threads() - before <= 8);
      })();`;
    expect(run(script)).toEqual(ended("true true"));
  });
});
