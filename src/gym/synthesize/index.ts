export type { Played, SelfPlay } from "./source.ts";
export type { Strategy } from "./strategies.ts";
export { type Demo, Synthesis } from "./synthesis.ts";
export { type SynthesisEvent, type SynthesizeOptions, synthesize } from "./synthesize.ts";
export type { Step, Trace } from "./trace.ts";
