/** The embedded model on the native engine. */
import { afterAll, beforeAll } from "vitest";
import { loadModel } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { useRunsFolder } from "../../track/runs-folder.test-helper.ts";

/** In f32 on one thread, with runs in a folder of their own, for the tests of one file. `model` is there once the first begins. */
export function useNano(): { model: Model } {
  const held = {} as { model: Model };
  useRunsFolder("a-file");
  beforeAll(async () => {
    held.model = await loadModel("assets/nano", { dtype: "f32", threads: 1 });
  });
  afterAll(() => {
    held.model.dispose();
  });
  return held;
}
