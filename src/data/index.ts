export { type ClinicalData, type ClinicalOptions, type ClinicalRow, clinical } from "./clinical/index.ts";
export { type PreviewOptions, preview } from "./preview.ts";
export { type Format, type PlacedRow, type ReadOptions, read, readRows, write } from "./read.ts";
export { type ChatRow, type CompletionRow, checkRow, type Row, type TextRow } from "./rows.ts";
export { type SplitOptions, split } from "./split.ts";
