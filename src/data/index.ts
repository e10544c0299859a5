export { type ClinicalData, type ClinicalOptions, type ClinicalRow, clinical } from "./clinical/index.ts";
export {
  type AlpacaRow,
  type PromptResponseOptions,
  type PromptResponseRow,
  type ShareGptRow,
  toAlpaca,
  toPromptResponse,
  toShareGpt,
  toVerl,
  type VerlOptions,
  type VerlRow,
} from "./convert.ts";
export type { Format } from "./formats/format.ts";
export { type PreviewOptions, preview } from "./preview.ts";
export { type AnyRow, type PlacedRow, type ReadAnyOptions, type ReadOptions, read, readRows } from "./read.ts";
export {
  type ChatRow,
  type CompletionRow,
  checkPreference,
  checkRow,
  type PreferenceRow,
  type Row,
  type TextRow,
} from "./rows.ts";
export { type SplitOptions, split } from "./split.ts";
export { type StandardRow, type ToChatOptions, toChat } from "./standardize.ts";
export { type ReadTableOptions, readTable, toRows, toTable } from "./table.ts";
export { type WriteOptions, write } from "./write.ts";
