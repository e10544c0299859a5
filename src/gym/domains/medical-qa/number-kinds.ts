/** Questions that are answered by a number: scores, and results against their limits. Their group is the score or the test. */
import { z } from "zod";
import type { Random } from "../../../core/random.ts";
import { type Calculator, calculators, type LabFlag, type LabTest, labFlag, labTests } from "../../clinical/index.ts";
import { slug } from "../../knowledge/own/index.ts";
import { type Harm, type Kind, who } from "./question.ts";

/** What items of scores are drawn from, by their name: lowest, highest, decimals. */
const ranges: Readonly<Record<string, readonly [number, number, number]>> = {
  urea: [3, 14, 1], respiratoryRate: [12, 36, 0], systolic: [78, 178, 0], diastolic: [44, 98, 0], age: [28, 92, 0], heartRate: [58, 134, 0],
  bilirubin: [8, 120, 0], albumin: [20, 44, 0], inr: [0.9, 3.2, 1], creatinine: [55, 320, 0], sodium: [122, 142, 0], glasgow: [9, 15, 0],
  weightKg: [46, 128, 0], heightCm: [150, 196, 0], lengthOfStayDays: [1, 18, 0], emergencyVisits: [0, 5, 0],
}; // biome-ignore format: a table

interface ItemSchema {
  type?: string;
  enum?: readonly string[];
}

function itemsOf(calculator: Calculator): Record<string, ItemSchema> {
  const schema = z.toJSONSchema(z.strictObject(calculator.parameters), { io: "input" });
  return schema.properties as Record<string, ItemSchema>;
}

/** Undefined for an item of which nothing is known here, e.g. a list. */
function drawItem(
  name: string,
  { type, enum: choices }: ItemSchema,
  random: Random,
): string | number | boolean | undefined {
  if (choices) return random.choice(choices);
  if (type === "boolean") return random.boolean(0.4);
  const range = ranges[name];
  if (!range) return undefined;
  const [low, high, decimals] = range;
  return Number((low + random.uniform() * (high - low)).toFixed(decimals));
}

const scored = calculators.filter((calculator) =>
  Object.entries(itemsOf(calculator)).every(
    ([name, { type, enum: choices }]) => choices || type === "boolean" || name in ranges,
  ),
);

/** Differences that slips make: of points, or of a value computed by a formula. */
const formulas = ["MELD", "MELD-Na", "BMI", "eGFR", "Cockcroft-Gault"];
const slips = (calculator: Calculator) =>
  formulas.includes(calculator.name) ? [-9, -6, -3, 3, 6, 9] : [-3, -2, -1, 1, 2, 3];

export const score: Kind = {
  subjects: scored.map((calculator) => ({
    group: `score ${calculator.name}`,
    draft(random) {
      const items = Object.entries(itemsOf(calculator)).map(
        ([name, schema]) => [name, drawItem(name, schema, random)!] as const,
      );
      const { score: right, risk } = calculator.compute(Object.fromEntries(items));
      const said = items.map(
        ([name, value]) => `${name} ${typeof value === "boolean" ? (value ? "yes" : "no") : value}`,
      );
      const wrong = slips(calculator).map((slip) => Math.round((right + slip) * 10) / 10);
      return {
        ticket: `Compute the ${calculator.name} (${calculator.title}) with these items: ${said.join("; ")}. Which value is right?`,
        right: String(right),
        wrong: wrong.filter((value) => value >= 0 || calculator.name === "Wells DVT").map(String),
        difficulty: items.length > 6 ? 4 : 3,
        passage: `score-${slug(calculator.name)}`,
        because: `${calculator.name} is ${right}: ${risk}`,
        evidence: [calculator.name, String(right)],
        actions: [
          {
            tool: "calculateClinicalScore",
            arguments: { name: calculator.name, parameters: Object.fromEntries(items) },
            compareArgs: ["name", "parameters"],
          },
        ],
      };
    },
  })),
};

const flags: readonly LabFlag[] = ["low", "normal", "high", "critical low", "critical high"];

function drawResult(test: LabTest, random: Random): number | undefined {
  const wanted = random.choice(flags);
  const [low, high] = test.extremes;
  for (let i = 0; i < 60; i++) {
    const value = Number((low + random.uniform() * (high - low)).toFixed(test.decimals));
    if (labFlag(test, value) === wanted) return value;
  }
  return undefined; // no such result, or a rare one
}

export const labResult: Kind = {
  subjects: labTests
    .filter(({ extremes: [low, high] }) => high - low > 1)
    .map((test) => ({
      group: `test ${test.name}`,
      draft(random) {
        const value = drawResult(test, random);
        if (value === undefined) return undefined;
        const right = labFlag(test, value);
        return {
          ticket: `In a ${who(random)} the ${test.name} is ${value} ${test.unit}. How is this result flagged?`,
          right,
          wrong: flags.filter((flag) => flag !== right),
          difficulty: 2,
          passage: `lab-${slug(test.name)}`,
          because: `${test.name} ${value} ${test.unit} is ${right}`.replace("  ", " "),
          evidence: [test.name, right],
          harmOf: (option): Harm | undefined =>
            right.startsWith("critical") && !option.startsWith("critical")
              ? { severity: 5, kind: "missed emergency", text: `${test.name} ${value} is ${right}` }
              : undefined,
        };
      },
    })),
};
