export { type IndexEvent, type IndexOptions, type IndexResult, index } from "./index-corpus.ts";
export { own } from "./own/index.ts";
export type { Hit, Passage } from "./passage.ts";
export { openStore as open, type PassageStore, type SearchOptions, storeOf } from "./store.ts";
export { knowledgeTools as tools } from "./tools.ts";
