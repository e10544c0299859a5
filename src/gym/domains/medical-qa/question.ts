import type { Random } from "../../../core/random.ts";
import type { Violation } from "../../episode.ts";
import type { ExpectedAction, Task } from "../../task.ts";

/** What an option would do to a patient. */
export type Harm = Pick<Violation, "severity" | "kind" | "text">;

/** A question before its options have letters. */
export interface Draft {
  ticket: string;
  right: string;
  /** At least four must be left when what is right, or is there twice, is taken out. */
  wrong: readonly string[];
  difficulty: Task["difficulty"];
  /** Id of the passage from which the answer follows. */
  passage: string;
  /** What a good answer says, and by which words one sees it. */
  because: string;
  evidence: readonly string[];
  /** Instead of searching the evidence and reading the passage. */
  actions?: readonly ExpectedAction[];
  harmOf?(option: string): Harm | undefined;
}

/** A kind of question. */
export interface Kind {
  subjects: readonly Subject[];
}

/**
 * Whether facts of a group may be read in questions of this split. Wrong options are facts too, of other groups: were they drawn from all,
 * what is asked in the test would be read in training, always as what is wrong.
 */
export type Shown = (group: string) => boolean;

/** Something that a kind asks about. */
export interface Subject {
  /** Questions of one group are in one split. */
  group: string;
  /** undefined: this draw came to nothing, another is made. */
  draft(random: Random, shown: Shown): Draft | undefined;
}

/** What the domain knows of a task beyond what the model sees. */
export interface State {
  passage: string;
  /** By letter. */
  harms: Record<string, Harm>;
}

export const who = (random: Random, age: readonly [number, number] = [24, 84], sex?: "female" | "male") => {
  const years = age[0] + random.integer(age[1] - age[0] + 1);
  return `${years}-year-old ${(sex ?? random.choice(["female", "male"])) === "female" ? "woman" : "man"}`;
};

/** The options that are different from each other and from what is right, in any case. */
export function wrongOf({ right, wrong }: Pick<Draft, "right" | "wrong">): string[] {
  const byFold = new Map(wrong.map((text) => [text.toLowerCase(), text]));
  byFold.delete(right.toLowerCase());
  return [...byFold.values()];
}

export const distinct = <T>(items: readonly T[]): T[] => [...new Set(items)];
