/** What is trained: an adapter (a new one, or a copy of the model's) or the base itself; and its optimizer. */
import type { EngineOptimizer } from "../engine/engine.ts";
import type { ResolvedLora } from "../model/lora.ts";
import type { Model } from "../model/model.ts";

export interface Trainee {
  model: Model;
  optimizer: EngineOptimizer;
  /** What is saved and restored with it. */
  companions?: readonly Companion[];
  /** Frees the optimizer; what was trained stays. */
  dispose(): Promise<void>;
}

/** Something else that changes in training (a value function, a teacher) and is part of every checkpoint, bit for bit. */
export interface Companion {
  /** Its file in the checkpoint. */
  file: string;
  save(path: string): Promise<void>;
  load(path: string): Promise<void>;
}

export interface TraineeOptions {
  model: Model;
  /** false: every weight; undefined: the adapter that the model brings. */
  lora: ResolvedLora | false | undefined;
  /** The adapter has a head of one number per position; one that the model brings without gets it. @default false */
  scalarHead?: boolean;
  betas: readonly [number, number];
  epsilon: number;
  weightDecay: number;
}

/** `name` labels a new adapter. */
export async function prepareTrainee(options: TraineeOptions, name: string): Promise<Trainee> {
  const { model: given, lora, scalarHead = false, betas, epsilon, weightDecay } = options;
  const isFull = lora === false;
  const model = isFull
    ? given
    : given.adapter
      ? await copyAdapter(given, scalarHead)
      : await given.createLora({ ...lora, name, scalarHead });
  if (isFull) {
    await model.engine.setTrainable(true);
    model.markChanged();
  }
  const optimizer = await model.engine.createOptimizer(model.adapter?.engine ?? null, {
    beta1: betas[0],
    beta2: betas[1],
    eps: epsilon,
    weightDecay,
    decayNormsAndBiases: false,
  });
  const dispose = async () => {
    optimizer.dispose();
    if (isFull) await model.engine.setTrainable(false);
  };
  return { model, optimizer, dispose };
}

/** The same values in an adapter of their own, so that the model that was given stays as it is. */
export async function copyAdapter(model: Model, withHead = false): Promise<Model> {
  const { engine, adapter } = model;
  const scalarHead = withHead || adapter!.engine.scalarHead;
  const copy = await engine.createAdapter([...adapter!.modules], 0, { scalarHead });
  for (const { name } of engine.tensors(adapter!.engine)) {
    await engine.writeTensor(name, await engine.readTensor(name, { adapter: adapter!.engine }), { adapter: copy });
  }
  const config = { ...adapter!.config, scalarHead };
  return model.withAdapter({ ...adapter!, config, engine: copy, directory: null });
}
