/**
 * Grid games as RAGEN plays them (https://arxiv.org/abs/2504.20073): text grids, `<think>…</think><answer>Right || Up</answer>`, a few
 * turns and actions. What differs from RAGEN: the expert can solve every map within the limits, and maps that are equal but for a
 * mirror or a turn count as one, so that none is in two splits.
 */
import { z } from "zod";
import { hashJson } from "../../core/canonical.ts";
import { MedgymError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import type { ChatMessage } from "../../text/tokenizer.ts";
import { readAnswer } from "../answer-form.ts";
import type { Domain, Expert, TaskOptions } from "../domain.ts";
import type { Environment } from "../episode.ts";
import type { Split, Task } from "../task.ts";
import { TextEpisode, type TextTurn, turnSum } from "../text-episode.ts";

/** As one writes them; any case is understood. */
export const moves = ["Up", "Down", "Left", "Right"] as const;
export type Move = (typeof moves)[number];

/** Rows and columns that a move goes. */
export const steps: Readonly<Record<Move, readonly [rows: number, columns: number]>> = {
  Up: [-1, 0],
  Down: [1, 0],
  Left: [0, -1],
  Right: [0, 1],
};

/** The map as it is now, row by row, and how many moves were made. */
export interface GameState {
  rows: string[];
  moves: number;
}

export interface GameLimits {
  /** Completions of an episode. @default 5 */
  maxTurns?: number;
  /** Moves of an episode; every map can be solved with so many. @default 10 */
  maxActions?: number;
  /** Moves of one answer; further ones are not made. @default 5 */
  actionsPerTurn?: number;
}

export const limitShape = {
  maxTurns: z.number().int().min(1).default(5),
  maxActions: z.number().int().min(1).max(200).default(10),
  actionsPerTurn: z.number().int().min(1).default(5),
};

/** What a move did. */
export interface MoveOutcome {
  /** Parts that it earned. */
  rewards: Readonly<Record<string, number>>;
  end?: "solved" | "lost";
}

/** How a map is written, and read again: the expert sees nothing else. */
export interface MapView {
  /** `made`: moves so far. */
  show(rows: readonly string[], made: number): readonly string[];
  /** The map in a text that holds one, with other lines around it. */
  read(text: string): string[];
}

export interface Game {
  name: string;
  title: string;
  description: string;
  /** What the signs mean and what counts, for the system message. */
  rules: string;
  /** The ticket's first line. */
  goal: string;
  limits: Required<GameLimits>;
  /** Beside `format`. */
  parts: readonly string[];
  /** @default the grid of its signs */
  view?: MapView;
  /** Changes the state. The random stream is another for each move, the same for the same episode seed. */
  advance(state: GameState, move: Move, random: Random): MoveOutcome;
  /** A map that can be solved, with the length of its shortest solution; null: this draw gave none. */
  draw(random: Random): { rows: string[]; shortest: number } | null;
  /** The map without what moves change: maps that have it in common are in the same split. @default the whole map */
  room?(rows: readonly string[]): readonly string[];
  /** Next moves and why; called once for each turn. */
  plan(rows: readonly string[], left: { turns: number; moves: number }): { moves: readonly Move[]; thought: string };
}

/** −0.1, once a turn, for an answer of another form, with an unknown word, or without a move. */
const badFormat = -0.1;
export const gameKinds = ["short", "medium", "long"] as const;
const defaultCount = 500;

export function defineGame(game: Game): Domain {
  const { limits, parts, name, description, title } = game;
  const all = [...parts, "format"];
  const solved = ({ end }: { end: string | null }) => Number(end === "solved");
  const environment: Environment = {
    name,
    description,
    tools: [],
    toolSchemas: [],
    maxTurns: limits.maxTurns,
    rewards: {
      ...Object.fromEntries(all.map((part) => [part, turnSum(part)])),
      success: ({ episode }) => solved(episode),
    },
    weights: Object.fromEntries(all.map((part) => [part, 1])),
    start(task, { seed = 0 } = {}) {
      const { rows } = task.state as Pick<GameState, "rows">;
      const random = new Random(seed).split(`episode ${task.id}`);
      return new TextEpisode<GameState>({
        environment,
        task,
        seed,
        state: { rows: [...rows], moves: 0 },
        messages: opening(game, task),
        play: (completion, turn, { state }) => playTurn(game, state, completion, turn, random),
      });
    },
  };
  const domain = {
    title,
    kinds: gameKinds,
    tasks: (options?: TaskOptions) => tasks(game, options),
    expert: ({ ticket }: Pick<Task, "ticket">) => expert(game, ticket),
  };
  return Object.assign(environment, domain);
}

function opening({ rules, limits }: Game, task: Task): ChatMessage[] {
  const single = limits.actionsPerTurn === 1;
  const each = single ? "one in each answer" : `at most ${limits.actionsPerTurn} in one answer`;
  const form = single
    ? "<answer>your move</answer> and nothing else: <answer>Right</answer>."
    : "<answer>your moves</answer> and nothing else, the moves with || between them: <answer>Right || Up</answer>.";
  const system = `${rules}
Moves: ${moves.join(", ")}. You have ${limits.maxTurns} turns and ${limits.maxActions} moves, ${each}.
Always write <think>your thoughts</think>${form}`;
  return [
    { role: "system", content: system },
    { role: "user", content: `${task.ticket}\n\n${status(limits, 1, 0)}` },
  ];
}

function status(limits: Required<GameLimits>, turn: number, made: number): string {
  return `Turn ${turn}/${limits.maxTurns}, ${limits.maxActions - made} moves left.`;
}

function playTurn(game: Game, state: GameState, completion: string, turn: number, random: Random): TextTurn {
  const { limits, parts, view = grid } = game;
  const read = readAnswer(completion);
  const words = "problem" in read ? [] : wordsOf(read.answer).slice(0, limits.actionsPerTurn);
  const understood = words.map(moveNamed);
  const wanted = understood.filter((move) => move !== undefined).slice(0, limits.maxActions - state.moves);
  const rewards: Record<string, number> = Object.fromEntries([...parts, "format"].map((part) => [part, 0]));
  const made: Move[] = [];
  let end: MoveOutcome["end"];
  for (const move of wanted) {
    const outcome = game.advance(state, move, random.split("move", state.moves));
    state.moves++;
    made.push(move);
    for (const [part, value] of Object.entries(outcome.rewards)) rewards[part] += value;
    end = outcome.end;
    if (end) break;
  }
  const complaint = complaintOf(read, words, understood);
  if (complaint) rewards.format = badFormat;
  const usedUp = !end && state.moves >= limits.maxActions;
  const last = end !== undefined || usedUp || turn >= limits.maxTurns;
  const total = Object.values(rewards).reduce((sum, value) => sum + value, 0);
  const lines = [
    ...(complaint ? [complaint] : []),
    `Made: ${made.join(" || ") || "no move"}. Reward: ${Number(total.toFixed(6))}.`,
    ...view.show(state.rows, state.moves),
    "",
    last ? (end === "solved" ? "Solved." : end === "lost" ? "Lost." : "Over.") : status(limits, turn + 1, state.moves),
  ];
  return {
    action:
      "problem" in read
        ? { type: "broken", problem: read.problem }
        : { type: "moves", moves: made, thought: read.thought },
    rewards,
    says: lines.join("\n"),
    ...(end ? { end } : usedUp ? { end: "turn-limit", reason: `all ${limits.maxActions} moves were made` } : {}),
  };
}

function complaintOf(
  read: ReturnType<typeof readAnswer>,
  words: readonly string[],
  understood: readonly (Move | undefined)[],
): string | undefined {
  if ("problem" in read) return `Not understood: ${read.problem}.`;
  const unknown = words.find((_, i) => understood[i] === undefined);
  if (unknown !== undefined) return `There is no move "${unknown.slice(0, 40)}". Moves: ${moves.join(", ")}.`;
  return words.length === 0 ? "There is no move in the answer." : undefined;
}

function wordsOf(answer: string): string[] {
  return answer
    .split("||")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function moveNamed(word: string): Move | undefined {
  return moves.find((move) => move.toLowerCase() === word.toLowerCase());
}

const grid: MapView = {
  show: (rows) => rows,
  read: (text) => text.split("\n").filter((line) => /^[#_OX√PSG]{2,}$/.test(line)),
};

/** Plays `plan` turn by turn, from what it reads. */
function* expert(game: Game, ticket: string): Expert {
  const { limits, view = grid } = game;
  let seen = ticket;
  let made = 0;
  for (let turn = 1; turn <= limits.maxTurns; turn++) {
    const left = { turns: limits.maxTurns - turn + 1, moves: limits.maxActions - made };
    const plan = game.plan(view.read(seen), left);
    const next = plan.moves.slice(0, limits.actionsPerTurn);
    made += next.length;
    seen = String(yield { text: `<think>${plan.thought}</think><answer>${next.join(" || ")}</answer>` });
  }
}

/** Distinct maps of a seed, in the order of their draws; exactly `count` of them. */
function tasks(game: Game, { split, count = defaultCount, kinds = gameKinds, seed = 0 }: TaskOptions = {}): Task[] {
  const random = new Random(seed).split(game.name);
  const seen = new Set<string>();
  const out: Task[] = [];
  for (let draw = 0, idle = 0; out.length < count; draw++, idle++) {
    if (idle > 3_000) {
      const of = split ? ` of ${split}` : "";
      throw new MedgymError(
        "invalid-argument",
        `${game.name}: ${count} maps${of} were asked for; only ${out.length} different ones were found.`,
      );
    }
    const map = game.draw(random.split("map", draw));
    if (!map) continue;
    const key = canonicalRows(map.rows);
    const kind = kindOf(map.shortest, game.limits.maxActions);
    const own = splitOf(game.room ? canonicalRows(game.room(map.rows)) : key);
    if (!kinds.includes(kind) || (split && own !== split) || seen.has(key)) continue;
    seen.add(key);
    out.push(taskOf(game, map, kind, own));
    idle = 0;
  }
  return out;
}

function taskOf(
  { name, goal, limits, view = grid }: Game,
  { rows, shortest }: { rows: string[]; shortest: number },
  kind: string,
  split: Split,
): Task {
  const difficulty = Math.min(5, Math.ceil((5 * shortest) / limits.maxActions)) as Task["difficulty"];
  return {
    id: `${name}-${hashJson(rows).slice(0, 12)}`,
    domain: name,
    split,
    kind,
    ticket: `${goal}\n${view.show(rows, 0).join("\n")}`,
    difficulty,
    criteria: { actions: [], assertions: [] },
    state: { rows },
  };
}

/** Thirds of the moves that there are. */
function kindOf(shortest: number, maxActions: number): (typeof gameKinds)[number] {
  return gameKinds[Math.min(2, Math.floor((3 * (shortest - 1)) / maxActions))];
}

/** One of the eight pictures that turns and mirrors make of a square map: the same for all of them. */
export function canonicalRows(rows: readonly string[]): string {
  const pictures: string[] = [];
  let picture = rows.map((row) => [...row]);
  for (let turn = 0; turn < 4; turn++) {
    pictures.push(picture.map((row) => row.join("")).join("\n"));
    pictures.push(picture.map((row) => row.toReversed().join("")).join("\n"));
    picture = picture[0].map((_, column) => picture.map((row) => row[column]).reverse());
  }
  return pictures.sort()[0];
}

/** 80/10/10 by the map or its room alone: a map of the test split is one under every seed. */
function splitOf(key: string): Split {
  const bucket = new Random(0).split("split").split(key).integer(10);
  return bucket < 8 ? "train" : bucket === 8 ? "validation" : "test";
}
