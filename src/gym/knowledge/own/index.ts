/**
 * medgym's own passages, written for it: the facts of the gym's clinical tables in sentences, each with its sources. Simplified for
 * teaching software: never for care.
 */
import type { Passage } from "../passage.ts";
import { type PassageStore, storeOf } from "../store.ts";
import { drugPassages } from "./drugs.ts";
import { conditionPassages, illnessPassages, labPassages, scorePassages } from "./illnesses.ts";
import { allergyPassages, interactionPassages } from "./interactions.ts";

export { interactionId } from "./interactions.ts";
export { slug } from "./prose.ts";

export const ownPassages: readonly Passage[] = [
  ...illnessPassages,
  ...drugPassages,
  ...interactionPassages,
  ...allergyPassages,
  ...conditionPassages,
  ...labPassages,
  ...scorePassages,
].sort((a, b) => (a.id < b.id ? -1 : 1));

let store: PassageStore | undefined;

/** The store that comes with medgym; in memory, made when first asked for. */
export function own(): PassageStore {
  store ??= storeOf(ownPassages);
  return store;
}
