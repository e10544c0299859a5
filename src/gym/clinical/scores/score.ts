import { z } from "zod";

/** What a clinical score says of a patient. */
export interface Score {
  name: string;
  score: number;
  /** What each item contributed; the items that count are named even if they contributed 0. */
  breakdown: Record<string, number>;
  /** e.g. "low", "class B" */
  risk: string;
  recommendation: string;
  source: string;
}

/** A published score: its items, and how they become a number and advice. */
export interface Calculator<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  /** Paper, first author and year. */
  readonly source: string;
  /** As a tool takes them: units are in each description. */
  readonly parameters: Shape;
  /** @throws ZodError if an item is missing or impossible */
  compute(args: z.input<z.ZodObject<Shape>>): Score;
}

interface Definition<Shape extends z.ZodRawShape> extends Omit<Calculator<Shape>, "compute"> {
  /** `score` only where it is not the sum of the breakdown. */
  rate(
    items: z.output<z.ZodObject<Shape>>,
  ): Pick<Score, "breakdown"> & { score?: number; grade(score: number): Pick<Score, "risk" | "recommendation"> };
}

export function calculator<Shape extends z.ZodRawShape>(definition: Definition<Shape>): Calculator<Shape> {
  const { name, title, source, parameters, rate } = definition;
  const schema = z.strictObject(parameters);
  return {
    name,
    title,
    source,
    parameters,
    compute(args) {
      const { breakdown, grade, score = sum(breakdown) } = rate(schema.parse(args) as z.output<z.ZodObject<Shape>>);
      return { name, score, breakdown, ...grade(score), source };
    },
  };
}

/** An item that is absent unless it is said to be there. */
export const yes = (description: string) => z.boolean().default(false).describe(description);

/** µmol/L in a mg/dL of creatinine and of bilirubin. */
export const creatinineUmolPerMgDl = 88.42;
export const bilirubinUmolPerMgDl = 17.1;

/** The points of the first row whose threshold the value reaches; rows from high to low, the last one for all below. */
export function band(value: number, rows: readonly (readonly [from: number, points: number])[], below: number): number {
  return rows.find(([from]) => value >= from)?.[1] ?? below;
}

function sum(breakdown: Record<string, number>): number {
  return Object.values(breakdown).reduce((total, points) => total + points, 0);
}
