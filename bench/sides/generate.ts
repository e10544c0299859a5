/**
 * Our side of the generation bench: one process, one line of JSON. Arguments: directory dtype sequences prompt-tokens new-tokens seconds.
 * Decode rate: new tokens of all sequences over the whole time less the prefill's; prefill rate: a 512-token prompt.
 */
import { readFileSync } from "node:fs";
import { nativeEngine } from "../../src/engine/native.ts";
import { tokenBatch } from "../tokens.ts";

const [directory, dtype, sequences, promptLength, newTokens, seconds] = process.argv.slice(2);
const [S, P, N] = [Number(sequences), Number(promptLength), Number(newTokens)];

const device = await nativeEngine().device("cpu");
const model = await device.load(directory, { dtype: dtype as "f32" | "bf16" });
const tokens = tokenBatch(S, P, model.info.vocabSize);

async function generate(maxNewTokens: number): Promise<number[][]> {
  const generator = await model.createGenerator({ maxSequences: S, maxTokens: S * (P + N + 32) });
  const ids: number[] = [];
  for (let s = 0; s < S; s++) {
    ids.push(
      generator.submit({
        prompt: tokens.slice(s * P, (s + 1) * P),
        maxNewTokens,
        temperature: 0,
        topK: 0,
        topP: 1,
        minP: 0,
        repetitionPenalty: 1,
        presencePenalty: 0,
        seed: 0,
        stopTokens: new Int32Array(0),
      }),
    );
  }
  const out = new Map<number, number[]>(ids.map((id) => [id, []]));
  for (let remaining = S; remaining > 0; ) {
    const step = await generator.step(16);
    for (const { id, token } of step.events) out.get(id)?.push(token);
    remaining = step.remaining;
  }
  generator.dispose();
  return ids.map((id) => out.get(id) ?? []);
}

async function rate(work: () => Promise<unknown>, count: number): Promise<number> {
  const start = performance.now();
  let rounds = 0;
  while (rounds < 2 || performance.now() - start < Number(seconds) * 1000) {
    await work();
    rounds++;
  }
  return (rounds * count) / ((performance.now() - start) / 1000);
}

const first = await generate(N);
const allPerSecond = await rate(() => generate(N), 1);
const prefillPerSecond = await rate(() => generate(1), 1);
const decodeSeconds = 1 / allPerSecond - 1 / prefillPerSecond;

const long = tokenBatch(1, 512, model.info.vocabSize);
const targets = new Int32Array(512).fill(-1);
targets[511] = 0;
const cuSeqlens = Int32Array.of(0, 512);
await model.forward({ tokens: long, cuSeqlens }, { targets });
const prefill = await rate(() => model.forward({ tokens: long, cuSeqlens }, { targets }), 512);

const peakKb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
console.log(
  JSON.stringify({
    tokensPerSecond: (S * (N - 1)) / decodeSeconds,
    prefillTokensPerSecond: prefill,
    peakBytes: peakKb * 1024,
    firstTokens: first[0].slice(0, 16),
  }),
);
