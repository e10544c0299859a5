import { childPughClasses, type Drug, drugs } from "../../clinical/index.ts";
import type { Passage } from "../passage.ts";
import { capital, listed, passage, slug } from "./prose.ts";

const source = "product labels (FDA, EMA); FDA table of CYP substrates, inhibitors and inducers; BNF";

/** Three of each drug: what it does, whom it harms, how it is dosed. */
export const drugPassages: readonly Passage[] = drugs.flatMap((drug) => [use(drug), safety(drug), dosing(drug)]);

function use(drug: Drug): Passage {
  const { name, group, route, mechanism, indications, halfLifeHours, cyp = {} } = drug;
  const { substrate = [], inhibits = {}, induces = [] } = cyp;
  const strengths = Object.entries(inhibits).map(([enzyme, strength]) => `${enzyme} (${strength})`);
  return passage(`drug-${slug(name)}-use`, `${capital(name)}: action and use`, "drug", source, [
    `${capital(name)} is of the class ${drug.class}, group ${group}, and is given by the ${route} route`,
    `Mechanism of action: it ${verbal(mechanism)}`,
    `Indications: ${listed(indications)}`,
    substrate.length > 0 ? `Enzymes that clear it: ${listed(substrate)}` : "No CYP enzyme is named that clears it",
    strengths.length > 0 && `Enzymes that it inhibits: ${listed(strengths)}`,
    induces.length > 0 && `Enzymes that it induces: ${listed(induces)}`,
    halfLifeHours && `Half-life: ${halfLifeHours.join(" to ")} hours`,
  ]);
}

/** Most rows of the table begin with a verb; the others are names of an action. */
function verbal(mechanism: string): string {
  return /^[a-z]+s\b/.test(mechanism.split(" ")[0]) ? mechanism : `acts as follows: ${mechanism}`;
}

function safety({ name, contraindications, sideEffects, pregnancy, food = [] }: Drug): Passage {
  const { category, safety: advice, note } = pregnancy;
  return passage(
    `drug-${slug(name)}-safety`,
    `${capital(name)}: contraindications and adverse effects`,
    "drug",
    source,
    [
      contraindications.length > 0
        ? `Contraindications to ${name}: ${listed(contraindications)}`
        : `No condition is listed as a contraindication to ${name}`,
      `Adverse effects: ${listed(sideEffects)}`,
      `Pregnancy: ${advice}${category ? ` (FDA letter of before 2015: ${category})` : ""}; ${note}`,
      ...food.map((row) => `Food and drink: ${row.food}; ${row.effect}; ${row.advice}`),
    ],
  );
}

function dosing({ name, regimens, maxDailyMg, renal, hepatic, monitoring }: Drug): Passage {
  const liver = childPughClasses.map((grade, i) => `${grade} ${hepatic[i]}`);
  return passage(`drug-${slug(name)}-dosing`, `${capital(name)}: doses, kidney and liver`, "drug", source, [
    `Usual adult doses of ${name}: ${listed(regimens.map(({ dose, frequency }) => `${dose} ${frequency}`))}`,
    maxDailyMg && `Usual maximum: ${maxDailyMg} mg a day`,
    renal
      ? `Kidney, by eGFR in mL/min/1.73 m2: ${renal.map((row, i) => `${from(row.from, renal[i - 1]?.from)} ${"avoid" in row ? "avoid" : `${row.dose} ${row.frequency}`}`).join("; ")}`
      : "Kidney: no adjustment is listed",
    `Liver, by Child-Pugh class: ${liver.join(", ")}`,
    monitoring &&
      `Monitoring: ${monitoring.measure} ${monitoring.range.join(" to ")} ${monitoring.unit}; sample: ${monitoring.sample}; toxicity: ${monitoring.toxicity}`,
  ]);
}

function from(low: number, above: number | undefined): string {
  if (above === undefined) return low === 0 ? "any:" : `${low} or more:`;
  return low === 0 ? `below ${above}:` : `${low} to ${above - 1}:`;
}
