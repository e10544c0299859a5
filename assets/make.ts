/**
 * Makes assets/nano: tokenizer, pre-training, weights. `npm run assets`; a stopped run goes on where it was.
 * Everything is drawn from one seed: the same machine kind and thread count give the same bytes.
 */
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { nativeEngine } from "../src/engine/native.ts";
import { Tokenizer } from "../src/text/tokenizer.ts";
import { nanoConfig } from "./config.ts";
import { pretrain } from "./pretrain.ts";
import { makeTokenizer } from "./tokenizer.ts";

export const seed = 7;
/** One: sums are then added in the same order on machines with any number of cores. */
const threads = 1;

async function make(root: string): Promise<void> {
  const [work, out] = [join(root, ".medgym", "nano"), join(root, "assets", "nano")];
  await mkdir(work, { recursive: true });
  const files: Record<string, string> = {
    ...makeTokenizer(seed, join(root, "assets", "chat-template.jinja")),
    "config.json": `${JSON.stringify(nanoConfig, null, 2)}\n`,
    "generation_config.json": `${JSON.stringify({ eos_token_id: nanoConfig.eos_token_id, pad_token_id: nanoConfig.pad_token_id }, null, 2)}\n`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(work, name), text);
  const tokenizer = await Tokenizer.fromDirectory(work);

  const device = await nativeEngine().device("cpu", { threads });
  const model = await device.create(nanoConfig, { dtype: "bf16", seed });
  console.log(`${model.info.parameters} parameters, ${device.info().isa}, threads: ${threads}`);
  await pretrain({
    model,
    tokenizer,
    seed,
    tokens: { short: 2_000_000, full: 8_000_000 },
    batchTokens: 2048,
    learningRate: 3e-3,
    warmupSteps: 100,
    decayFrom: 0.5,
    weightDecay: 0.05,
    maxGradNorm: 1,
    directory: work,
    checkpointSteps: 200,
    logSteps: 50,
    heldOutDocuments: 300,
    report: console.log,
  });
  await model.save(work, { dtype: "bf16" });
  model.dispose();

  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  for (const name of [...Object.keys(files), "model.safetensors", "pretraining.jsonl"]) {
    await copyFile(join(work, name), join(out, name));
  }
  console.log(`wrote ${out}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  // compiled to dist/assets/make.js
  await make(fileURLToPath(new URL("../..", import.meta.url)));
}
