/** Who is learned from: a moving average of the student, or another model with the same tokens. */
import { MedgymError } from "../../core/errors.ts";
import type { EngineAdapter, EngineModel } from "../../engine/engine.ts";
import type { Model } from "../../model/model.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { movingAverage } from "../math/ema.ts";
import { type Companion, copyAdapter } from "../trainee.ts";

export interface Teacher {
  engine: EngineModel;
  adapter: EngineAdapter | null;
  /** Ids from here on the student does not have; they are not learned. */
  studentVocabSize: number;
  /** Of one that changes in training. */
  companion?: Companion;
  /** After each update of the student. */
  follow(): Promise<void>;
  dispose(): void;
}

/**
 * The student's adapter, averaged over its steps, over the same base: A and B each by themselves, so that their product is not quite
 * the average of products. Begins as the student does.
 */
export async function averagedTeacher(student: Model, decay: number): Promise<Teacher> {
  const { engine } = student;
  const own = student.adapter!.engine;
  const adapter = (await copyAdapter(student)).adapter!.engine;
  const names = engine.tensors(own).map(({ name }) => name);
  return {
    engine,
    adapter,
    studentVocabSize: student.info.vocabSize,
    companion: {
      file: "teacher.safetensors",
      save: (path) => adapter.save(path, "f32"),
      load: (path) => adapter.load(path),
    },
    async follow() {
      for (const name of names) {
        const [average, next] = [
          await engine.readTensor(name, { adapter }),
          await engine.readTensor(name, { adapter: own }),
        ];
        await engine.writeTensor(name, movingAverage(average, next, decay), { adapter });
      }
    },
    dispose: () => adapter.dispose(),
  };
}

export function fixedTeacher(model: Model, student: Model): Teacher {
  checkSameTokens(model, student);
  return {
    engine: model.engine,
    adapter: model.adapter?.engine ?? null,
    studentVocabSize: student.info.vocabSize,
    follow: async () => {},
    dispose: () => {},
  };
}

const probes = [
  "The patient, 58 years old, takes 2.5 mg of warfarin twice daily; potassium 5.9 mmol/L.",
  '<tool_call>{"name": "getLab", "arguments": {"test": "K+"}}</tool_call>\n\n\t  naïve 体温 38.5 °C ≥ 🙂',
];

/** A teacher's probabilities are of its tokens: they say nothing about those of another tokenizer. */
function checkSameTokens(teacher: Model, student: Model): void {
  if (teacher.engine === student.engine) return;
  const [a, b] = [teacher.tokenizer, student.tokenizer];
  const differs = differenceOf(a, b);
  if (!differs) return;
  throw new MedgymError(
    "invalid-argument",
    `distill: the teacher ${teacher.name} and the student ${student.name} have different tokenizers: ${differs}. Take a teacher of the same ` +
      "family, or let it write answers and learn them with sft.",
  );
}

function differenceOf(a: Tokenizer, b: Tokenizer): string | undefined {
  const probe = probes.find((text) => String(a.encode(text)) !== String(b.encode(text)));
  if (probe !== undefined) {
    const [x, y] = [a, b].map((each) => each.encode(probe).length);
    return `${JSON.stringify(probe.slice(0, 30))}… is ${x} tokens to one and ${y} to the other${x === y ? ", with other ids" : ""}`;
  }
  if (String(a.eosTokenIds) !== String(b.eosTokenIds))
    return `generation stops at ids ${a.eosTokenIds} of one and ${b.eosTokenIds} of the other`;
  const last = Math.min(a.vocabSize, b.vocabSize) - 1;
  const id = Array.from({ length: 64 }, (_, i) => Math.floor((i * last) / 63)).find(
    (at) => a.tokenOf(at) !== b.tokenOf(at),
  );
  return id === undefined
    ? undefined
    : `token ${id} is ${JSON.stringify(a.tokenOf(id))} of one and ${JSON.stringify(b.tokenOf(id))} of the other`;
}
