/** Names of the files in the folder of an attempt; home.ts says what they hold. */
export const attemptFiles = {
  work: "work.json",
  claim: "claim",
  events: "events.jsonl",
  beat: "beat.json",
  cancel: "cancel",
  result: "result.json",
  output: "output.log",
  /** Options that would need less memory, for an attempt that dies of it without a word. */
  downshift: "downshift.json",
  artefacts: "artefacts",
} as const;
