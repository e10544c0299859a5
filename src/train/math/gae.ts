/**
 * Generalised advantage estimation, https://arxiv.org/abs/1506.02438, equation 16, over the tokens that count, one after
 * another; what lies between them (observations) is stepped over.
 *
 *   δ_t = r_t + γ V_{t+1} − V_t,   A_t = δ_t + γλ A_{t+1},   V past the end 0,   R_t = A_t + V_t.
 */
import type { Floats, Sequences, Span } from "./sequences.ts";

export interface GaeOptions {
  /** γ @default 1 */
  gamma?: number;
  /** λ @default 0.95 */
  gaeLambda?: number;
}

export interface Estimates {
  /** (T) 0 where nothing counts */
  advantages: Float32Array;
  /** (T) what the values should have been */
  returns: Float32Array;
}

/** rewards, values (T) */
export function gae(rewards: Floats, values: Floats, sequences: Sequences, options: GaeOptions = {}): Estimates {
  const estimates = emptyEstimates(values.length);
  for (const span of sequences.spans) {
    const chain = countedIn(span, sequences.mask);
    backwards(
      { chain, rewards, values, ...decayOf(options) },
      (t, advantage) => void note(estimates, t, advantage, values),
    );
  }
  return estimates;
}

export interface BiLevelOptions {
  token?: GaeOptions;
  turn?: GaeOptions;
}

/**
 * Two levels, after VAGEN, https://arxiv.org/abs/2510.16907, section 3.3: first over turns, from the last token of one to
 * the last of the next, with what the tokens of a turn's end earned; then within each turn, whose last token has the turn's
 * advantage. So a reward at the end reaches early turns without fading over every token between.
 *
 * rewards, values, turns (T); `turns` has the number of the turn in which a token was drawn. Rewards of a turn belong on its
 * last token.
 */
export function biLevelGae(
  rewards: Floats,
  values: Floats,
  turns: Int32Array,
  sequences: Sequences,
  options: BiLevelOptions = {},
): Estimates {
  const estimates = emptyEstimates(values.length);
  for (const span of sequences.spans) {
    const counted = countedIn(span, sequences.mask);
    const ends = counted.filter((t, i) => turns[t] !== turns[counted[i + 1]]);
    const ofTurn = new Map<number, number>();
    backwards(
      { chain: ends, rewards, values, ...decayOf(options.turn) },
      (t, advantage) => void ofTurn.set(t, advantage),
    );
    let from = 0;
    for (const end of ends) {
      const to = counted.indexOf(end, from);
      const chain = counted.slice(from, to + 1);
      from = to + 1;
      const last = ofTurn.get(end)!;
      backwards({ chain, rewards, values, last, ...decayOf(options.token) }, (t, advantage) =>
        note(estimates, t, advantage, values),
      );
    }
  }
  return estimates;
}

const decayOf = ({ gamma = 1, gaeLambda = 0.95 }: GaeOptions = {}) => ({ gamma, gaeLambda });

const emptyEstimates = (T: number): Estimates => ({ advantages: new Float32Array(T), returns: new Float32Array(T) });

function note({ advantages, returns }: Estimates, t: number, advantage: number, values: Floats): void {
  advantages[t] = advantage;
  returns[t] = advantage + values[t];
}

/** Positions of a span that count. */
function countedIn([start, end]: Span, mask: Uint8Array): number[] {
  const counted: number[] = [];
  for (let t = start; t < end; t++) if (mask[t]) counted.push(t);
  return counted;
}

interface Chain extends Required<GaeOptions> {
  /** Positions, each the next state of the one before. */
  chain: readonly number[];
  rewards: Floats;
  values: Floats;
  /** Advantage of the last position, where it is known. */
  last?: number;
}

/** The recursion, from the last position to the first. */
function backwards(
  { chain, rewards, values, gamma, gaeLambda, last }: Chain,
  visit: (t: number, advantage: number) => void,
) {
  let [advantage, nextValue] = [0, 0];
  for (let i = chain.length - 1; i >= 0; i--) {
    const t = chain[i];
    const isGiven = last !== undefined && i === chain.length - 1;
    advantage = isGiven ? last : rewards[t] + gamma * nextValue - values[t] + gamma * gaeLambda * advantage;
    nextValue = values[t];
    visit(t, advantage);
  }
}
