export * from "./allergies.ts";
export { type Condition, conditions, findCondition, type Ranges } from "./conditions.ts";
export type {
  Enzyme,
  FoodInteraction,
  HepaticAdvice,
  Monitoring,
  PregnancySafety,
  Strength,
  Tag,
} from "./drug-facts.ts";
export * from "./drugs.ts";
export * from "./interactions.ts";
export * from "./labs.ts";
export * from "./patient.ts";
export * from "./presentations.ts";
export * from "./safety.ts";
export * from "./scores/index.ts";
