import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { fixture, fixtureDirectory } from "../text-fixtures.ts";

const compiled = join(import.meta.dirname, "../../dist/src/text/tokenizer.js");

// Each worker has a tokenizer of its own: what one remembers is no business of the others.
const program = `
  const { parentPort, workerData: { compiled, directory, texts } } = require("node:worker_threads");
  import(compiled).then(async ({ Tokenizer }) => {
    const tokenizer = await Tokenizer.fromDirectory(directory);
    for (let pass = 0; pass < 20; pass++) parentPort.postMessage(texts.map((text) => [...tokenizer.encode(text)]));
  });`;

test.each(["qwen2", "unigram"])("%s: four threads that encode at once get the ids of one", async (name) => {
  const { cases } = fixture<{ cases: { text: string; ids: number[]; decode_only?: boolean }[] }>(`${name}/cases.json`);
  const wanted = cases.filter((c) => !c.decode_only);
  const worker = (shift: number) =>
    new Promise<number>((resolve, reject) => {
      // Each in another order.
      const own = [...wanted.slice(shift), ...wanted.slice(0, shift)];
      const workerData = { compiled, directory: fixtureDirectory(name), texts: own.map((c) => c.text) };
      const thread = new Worker(program, { eval: true, workerData });
      let passes = 0;
      thread.on("message", (ids) => {
        try {
          expect(ids).toEqual(own.map((c) => c.ids));
          passes++;
        } catch (error) {
          reject(error);
        }
      });
      thread.on("error", reject);
      thread.on("exit", () => resolve(passes));
    });
  expect(await Promise.all([0, 45, 90, 135].map(worker))).toEqual([20, 20, 20, 20]);
});
