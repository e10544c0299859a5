/** The names under `data`: rows and files, and what makes rows by playing in the gym, which data itself must not import. */
export * from "./data/index.ts";
export {
  type Demo,
  type Played,
  type SelfPlay,
  type Step,
  type Strategy,
  type Synthesis,
  type SynthesisEvent,
  type SynthesizeOptions,
  synthesize,
  type Trace,
} from "./gym/synthesize/index.ts";
