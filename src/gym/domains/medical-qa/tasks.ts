import { Random } from "../../../core/random.ts";
import type { TaskOptions } from "../../domain.ts";
import { type Split, splits, type Task } from "../../task.ts";
import { kinds } from "./kinds.ts";
import { type Draft, distinct, type Shown, type State, type Subject, wrongOf } from "./question.ts";

export const kindNames = Object.keys(kinds);

/** Of each kind. */
const perSplit: Readonly<Record<Split, number>> = { train: 16, validation: 2, test: 2 };
export const taskCount = kindNames.length * (16 + 2 + 2);
const attempts = 300;
const letters = ["A", "B", "C", "D", "E"] as const;

/**
 * Which split a group is in, whatever the seed: of the groups of one family (drug classes, rules of interaction, illnesses, scores,
 * tests), in an order drawn once, the first eight tenths train, the last tenth tests.
 */
const splitOfGroup: ReadonlyMap<string, Split> = new Map(families().flatMap(splitFamily));

function families(): string[][] {
  const groups = distinct(Object.values(kinds).flatMap(({ subjects }) => subjects.map(({ group }) => group))).sort();
  const nameOf = (group: string) => group.split(" ")[0];
  return distinct(groups.map(nameOf)).map((name) => groups.filter((group) => nameOf(group) === name));
}

function splitFamily(family: string[]): [group: string, split: Split][] {
  const order = new Random(0).split("medical-qa groups").shuffle(family);
  return order.map((group, i) => {
    const tenth = Math.floor((10 * i) / order.length);
    return [group, tenth < 8 ? "train" : tenth === 8 ? "validation" : "test"];
  });
}

/** Of training its own facts, of validation and test those of both: alone, the test's are too few to make options of. */
const [shownInTraining, shownElsewhere]: Shown[] = [true, false].map(
  (training) => (group) => (splitOfGroup.get(group) === "train") === training,
);

/** Kinds take turns; in every five tasks of a split each letter is right once. */
export function tasks({ split, count = taskCount, kinds: wanted = kindNames, seed = 0 }: TaskOptions = {}): Task[] {
  const random = new Random(seed).split("medical-qa");
  const made = splits
    .filter((each) => !split || each === split)
    .flatMap((each) => tasksOf(each, seed, random.split(each)));
  return made.filter(({ kind }) => wanted.includes(kind!)).slice(0, count);
}

function tasksOf(split: Split, seed: number, random: Random): Task[] {
  const seen = new Set<string>();
  const columns = kindNames.map((kind) => draftsOf(kind, split, random.split(kind), seen));
  const rows = Array.from({ length: perSplit[split] }, (_, row) => columns.map((column) => column[row])).flat();
  let order: (typeof letters)[number][] = [];
  return rows.map((row, i) => {
    if (i % letters.length === 0) order = random.split("letters", i).shuffle([...letters]);
    return taskOf(row, order[i % letters.length], split, seed, random.split("options", i));
  });
}

interface Row {
  id: string;
  kind: string;
  group: string;
  draft: Draft;
}

/** Subjects in a drawn order, over again if there are too few; no ticket twice. */
function draftsOf(kind: string, split: Split, random: Random, seen: Set<string>): Row[] {
  const subjects = kinds[kind].subjects.filter(({ group }) => splitOfGroup.get(group) === split);
  if (subjects.length === 0) throw new Error(`medical-qa: no group of ${kind} is in ${split}`);
  const order = random.shuffle([...subjects]);
  const out: Row[] = [];
  for (let n = 0; out.length < perSplit[split]; n++) {
    if (n > attempts) throw new Error(`medical-qa: only ${out.length} ${kind} questions came for ${split}`);
    const subject = order[n % order.length];
    const draft = drawn(subject, split === "train" ? shownInTraining : shownElsewhere, random.split("draw", n), seen);
    if (!draft) continue;
    seen.add(draft.ticket);
    out.push({ id: `${kind}-${split}-${out.length + 1}`, kind, group: subject.group, draft });
  }
  return out;
}

function drawn(subject: Subject, shown: Shown, random: Random, seen: ReadonlySet<string>): Draft | undefined {
  for (let attempt = 0; attempt < 20; attempt++) {
    const draft = subject.draft(random.split("attempt", attempt), shown);
    if (draft && !seen.has(draft.ticket) && wrongOf(draft).length >= letters.length - 1) return draft;
  }
  return undefined;
}

function taskOf({ id, kind, group, draft }: Row, letter: string, split: Split, seed: number, random: Random): Task {
  const { ticket, right, difficulty, passage, because, evidence, harmOf } = draft;
  const others = random.sample(wrongOf(draft), letters.length - 1);
  const options = Object.fromEntries(letters.map((each) => [each, each === letter ? right : others.pop()!]));
  const harms = letters.flatMap((each) => {
    const harm = each === letter ? undefined : harmOf?.(options[each]);
    return harm ? [[each, harm] as const] : [];
  });
  const read = [
    { tool: "searchEvidence", arguments: { query: ticket } },
    { tool: "browseArticle", arguments: { id: passage }, compareArgs: ["id"] },
  ];
  const submit = {
    tool: "submitAnswer",
    arguments: { answer: letter, reasoning: `${because} [${passage}].` },
    compareArgs: ["answer"],
  };
  const state: State = { passage, harms: Object.fromEntries(harms) };
  return {
    id: `medical-qa-${id}-${seed}`,
    domain: "medical-qa",
    split,
    kind,
    group,
    ticket,
    difficulty,
    options,
    answer: letter,
    criteria: {
      actions: [...(draft.actions ?? read), submit],
      assertions: [{ text: because, importance: "critical", evidence: [...evidence] }],
    },
    state,
  };
}
