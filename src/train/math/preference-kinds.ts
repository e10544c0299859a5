/**
 * The kinds of preference loss, a row each. Letters: c, r log-ratios log π − log π_ref of the chosen and the rejected
 * completion (or their scores under a divergence), n their tokens, β, ς label smoothing, σ the logistic function.
 */

export interface KindOptions {
  /** β */
  beta: number;
  /** ς */
  labelSmoothing: number;
  /** τ of discopop */
  discopopTau: number;
}

/** A pair's loss, and its derivatives by c and r. */
export type PairTerm = readonly [loss: number, dChosen: number, dRejected: number];

interface PreferenceKindRow {
  /**
   * What c and r are: scores (log-ratios where the divergence is the reverse KL); scores ÷ tokens; log-ratios, whatever the
   * divergence; or the sorted numbers of all pairs, compared rank by rank (optimal transport in one dimension), of pairs'
   * margins or of completions.
   */
  compares: "scores" | "mean-scores" | "log-ratios" | "sorted-margins" | "sorted-completions";
  pair(c: number, r: number, options: KindOptions): PairTerm;
  /** Label smoothing changes it. */
  smooths?: true;
  paper: string;
}

export const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
/** log σ(x), without overflow. */
export const logSigmoid = (x: number) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));

/** A loss of the margin m = β(c − r) alone. */
const ofMargin =
  (loss: (m: number, options: KindOptions) => readonly [value: number, slope: number]): PreferenceKindRow["pair"] =>
  (c, r, options) => {
    const [value, slope] = loss(options.beta * (c - r), options);
    return [value, options.beta * slope, -options.beta * slope];
  };

/** −(1 − ς) log σ(m) − ς log σ(−m): https://arxiv.org/abs/2305.18290, with ς conservative DPO. */
const smoothed = ofMargin((m, { labelSmoothing: s }) => [
  -(1 - s) * logSigmoid(m) - s * logSigmoid(-m),
  sigmoid(m) - 1 + s,
]);

export const preferenceKinds = {
  /** −log σ(m), smoothed. */
  sigmoid: { compares: "scores", pair: smoothed, smooths: true, paper: "arXiv:2305.18290, equation 7" },
  /** The same of means over tokens, so that length does not decide. */
  sigmoid_norm: { compares: "mean-scores", pair: smoothed, smooths: true, paper: "arXiv:2405.14734" },
  /** max(0, 1 − m) */
  hinge: { compares: "scores", pair: ofMargin((m) => [Math.max(0, 1 - m), m < 1 ? -1 : 0]), paper: "arXiv:2305.10425" },
  /** (c/n − r/n − 1/(2β))² */
  ipo: {
    compares: "mean-scores",
    pair: (c, r, { beta }) => {
      const error = c - r - 1 / (2 * beta);
      return [error ** 2, 2 * error, -2 * error];
    },
    paper: "arXiv:2310.12036, equation 17",
  },
  /** KL from (σ(m), σ(−m)) to (1 − ς, ς); needs label smoothing. */
  exo_pair: {
    compares: "scores",
    pair: ofMargin((m, { labelSmoothing: s }) => {
      const [p, q] = [sigmoid(m), sigmoid(-m)];
      const [toWin, toLose] = [logSigmoid(m) - Math.log(1 - s), logSigmoid(-m) - Math.log(s)];
      return [p * toWin + q * toLose, p * q * (toWin - toLose)];
    }),
    smooths: true,
    paper: "arXiv:2402.00856, equation 16",
  },
  /** −log σ(βc) − ½ log σ(−βc) − ½ log σ(−βr) */
  nca_pair: {
    compares: "log-ratios",
    pair: (c, r, { beta }) => [
      -logSigmoid(beta * c) - 0.5 * logSigmoid(-beta * c) - 0.5 * logSigmoid(-beta * r),
      beta * (sigmoid(beta * c) - 1 + 0.5 * sigmoid(beta * c)),
      beta * 0.5 * sigmoid(beta * r),
    ],
    paper: "arXiv:2402.05369",
  },
  /** (−(1 − ς) log σ(m) + ς log σ(−m)) / (1 − 2ς): right on average if a share ς of the labels is wrong. */
  robust: {
    compares: "scores",
    pair: ofMargin((m, { labelSmoothing: s }) => [
      (-(1 - s) * logSigmoid(m) + s * logSigmoid(-m)) / (1 - 2 * s),
      ((1 - s) * (sigmoid(m) - 1) - s * sigmoid(m)) / (1 - 2 * s),
    ]),
    smooths: true,
    paper: "arXiv:2403.00409",
  },
  /** −log σ(βc) − log σ(−βr) */
  bco_pair: {
    compares: "log-ratios",
    pair: (c, r, { beta }) => [
      -logSigmoid(beta * c) - logSigmoid(-beta * r),
      beta * (sigmoid(beta * c) - 1),
      beta * sigmoid(beta * r),
    ],
    paper: "arXiv:2404.04656",
  },
  /** (c − 1/(2β))² + (r + 1/(2β))² */
  sppo_hard: {
    compares: "log-ratios",
    pair: (c, r, { beta }) => {
      const [win, lose] = [c - 0.5 / beta, r + 0.5 / beta];
      return [win ** 2 + lose ** 2, 2 * win, 2 * lose];
    },
    paper: "arXiv:2405.00675, equation 4.7",
  },
  /** Smoothed −log σ of the sorted policy margins against the sorted reference margins. */
  aot: { compares: "sorted-margins", pair: smoothed, smooths: true, paper: "arXiv:2406.05882" },
  /** The same of the sorted log-ratios of all chosen against those of all rejected. */
  aot_unpaired: { compares: "sorted-completions", pair: smoothed, smooths: true, paper: "arXiv:2406.05882" },
  /** 1 − σ(βc) + σ(βr) */
  apo_zero: {
    compares: "log-ratios",
    pair: (c, r, { beta }) => [
      1 - sigmoid(beta * c) + sigmoid(beta * r),
      -beta * bell(beta * c),
      beta * bell(beta * r),
    ],
    paper: "arXiv:2408.06266, equation 7",
  },
  /** σ(βc) + 1 − σ(β(c − r)) */
  apo_down: {
    compares: "log-ratios",
    pair: (c, r, { beta }) => {
      const margin = beta * (c - r);
      return [sigmoid(beta * c) + 1 - sigmoid(margin), beta * (bell(beta * c) - bell(margin)), beta * bell(margin)];
    },
    paper: "arXiv:2408.06266, equation 8",
  },
  /** −log σ(m)(1 − σ(m/τ)) + e^(−m) σ(m/τ) */
  discopop: {
    compares: "scores",
    pair: ofMargin((m, { discopopTau: tau }) => {
      const [gate, log, exp] = [sigmoid(m / tau), -logSigmoid(m), Math.exp(-m)];
      return [
        log * (1 - gate) + exp * gate,
        (sigmoid(m) - 1) * (1 - gate) - exp * gate + ((exp - log) * gate * (1 - gate)) / tau,
      ];
    }),
    paper: "arXiv:2406.08414, equation 5",
  },
} satisfies Record<string, PreferenceKindRow>;

export type PreferenceKind = keyof typeof preferenceKinds;

/** σ′ */
function bell(x: number): number {
  return sigmoid(x) * sigmoid(-x);
}

/** f′(t) of an f-divergence at t = π/π_ref, of the log-ratio u = log t: https://arxiv.org/abs/2309.16240. */
export type Divergence = "reverse_kl" | "forward_kl" | "js_divergence" | "alpha_divergence";

type Score = (u: number, alpha: number) => readonly [value: number, slope: number];

const reverseKl: Score = (u) => [u, 1];

export const divergenceScores: Record<Divergence, Score> = {
  reverse_kl: reverseKl,
  forward_kl: (u) => [1 - Math.exp(-u), Math.exp(-u)],
  js_divergence: (u) => [Math.LN2 + logSigmoid(u), 1 - sigmoid(u)],
  /** (t^(α−1) − 1)/(α − 1); the exponent at most 80. */
  alpha_divergence(u, alpha) {
    if (Math.abs(alpha - 1) < 1e-6) return reverseKl(u, alpha);
    const exponent = (alpha - 1) * u;
    const power = Math.exp(Math.min(exponent, 80));
    return [(power - 1) / (alpha - 1), exponent < 80 ? power : 0];
  },
};
