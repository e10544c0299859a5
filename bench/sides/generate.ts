/**
 * Our side of the generation bench. Arguments: directory dtype. Requests: decode (`count` new tokens after a prompt of
 * `prompt`, greedy, `sequences` at once; the rate counts from when every sequence has its first token) or prefill.
 */
import type { Dtype } from "../../src/engine/engine.ts";
import { nativeEngine } from "../../src/engine/native.ts";
import { tokenBatch } from "../tokens.ts";
import { serve } from "./serve.ts";

interface Request {
  mode: "decode" | "prefill";
  sequences: number;
  prompt: number;
  count: number;
}

const [directory, dtype] = process.argv.slice(2);
const device = await nativeEngine().device("cpu");
const model = await device.load(directory, { dtype: dtype as Dtype });

/** Greedy tokens of every sequence, with the seconds after all had their first one. */
async function decode({ sequences: S, prompt: P, count }: Omit<Request, "mode">) {
  const tokens = tokenBatch(S, P, model.info.vocabSize);
  const generator = await model.createGenerator({ maxSequences: S, maxTokens: S * (P + count + 32) });
  const ids = Array.from({ length: S }, (_, s) =>
    generator.submit({
      prompt: tokens.slice(s * P, (s + 1) * P),
      maxNewTokens: count,
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
  const out = new Map<number, number[]>(ids.map((id) => [id, []]));
  let total = 0;
  const step = async (steps: number) => {
    const { events, remaining } = await generator.step(steps);
    for (const { id, token } of events) out.get(id)?.push(token);
    total += events.length;
    return remaining;
  };
  while ([...out.values()].some((list) => list.length === 0)) await step(1);
  const before = total;
  const start = performance.now();
  while ((await step(16)) > 0);
  const seconds = (performance.now() - start) / 1000;
  generator.dispose();
  return { sequences: [...out.values()], perSecond: (total - before) / seconds };
}

async function prefill(P: number): Promise<number> {
  const tokens = tokenBatch(1, P, model.info.vocabSize);
  const targets = new Int32Array(P).fill(-1);
  targets[P - 1] = 0;
  const start = performance.now();
  await model.forward({ tokens, cuSeqlens: Int32Array.of(0, P) }, { targets });
  return P / ((performance.now() - start) / 1000);
}

const first = (await decode({ sequences: 1, prompt: 64, count: 16 })).sequences[0];
let warm = "";
await serve<Request>({ firstTokens: first }, async ({ mode, seconds, ...request }) => {
  const once = async () => (mode === "prefill" ? prefill(request.prompt) : (await decode(request)).perSecond);
  const kind = JSON.stringify([mode, request]);
  if (kind !== warm) await once();
  warm = kind;
  // The same tokens each time: their mean rate is the harmonic mean.
  let inverse = 0;
  let times = 0;
  for (const start = performance.now(); times === 0 || performance.now() - start < seconds * 1000; times++)
    inverse += 1 / (await once());
  return times / inverse;
});
