/** Questions about acute illnesses, from vignettes. Their group is the illness. */
import type { Random } from "../../../core/random.ts";
import {
  type Drug,
  drugNamed,
  drugs,
  findLabTest,
  keysOf,
  type Presentation,
  presentations,
} from "../../clinical/index.ts";
import { slug } from "../../knowledge/own/index.ts";
import { type Draft, distinct, type Kind, who } from "./question.ts";

function about(
  wanted: (illness: Presentation) => boolean,
  draft: (illness: Presentation, random: Random) => Draft | undefined,
): Kind {
  const subjects = presentations.filter(wanted).map((illness) => ({
    group: `illness ${illness.name}`,
    draft: (random: Random) => draft(illness, random),
  }));
  return { subjects };
}

const person = ({ age, sex }: Presentation, random: Random) => who(random, age, sex);

/** Who comes, with what, and what is found. */
function vignette(illness: Presentation, random: Random): string {
  const { complaint, days, symptoms, signs, needs = [], labs = {} } = illness;
  const lasting = days[0] + random.integer(days[1] - days[0] + 1);
  const said = random.sample(symptoms, Math.min(symptoms.length, 2 + random.integer(2)));
  const results = random
    .sample(Object.entries(labs), Math.min(2, Object.keys(labs).length))
    .map(([test, range]) => resultText(test, range!, random));
  return [
    `A ${person(illness, random)}${needs.length > 0 ? ` with ${needs.join(" and ")}` : ""} comes with ${complaint} for ${lasting} day${lasting > 1 ? "s" : ""}.`,
    `Symptoms: ${said.join(", ")}.`,
    `Found: ${[random.choice(signs), ...results].join(", ")}.`,
  ].join(" ");
}

function resultText(test: string, [low, high]: readonly [number, number], random: Random): string {
  const { decimals = 0, unit = "" } = findLabTest(test) ?? {};
  return `${test} ${(low + random.uniform() * (high - low)).toFixed(decimals)} ${unit}`.trim();
}

const others = (illness: Presentation) => presentations.filter((other) => other !== illness);

export const diagnosis = about(
  () => true,
  (illness, random) => {
    const near = others(illness).filter(({ system }) => system === illness.system);
    const far = random.shuffle(others(illness).filter(({ system }) => system !== illness.system));
    return {
      ticket: `${vignette(illness, random)} Which diagnosis is the most likely?`,
      right: illness.name,
      wrong: [...near, ...far].slice(0, Math.max(4, near.length)).map(({ name }) => name),
      difficulty: 3,
      passage: `illness-${slug(illness.name)}`,
      because: `the findings fit ${illness.name}`,
      evidence: [illness.name],
      harmOf: (option) =>
        illness.emergency && !presentations.find(({ name }) => name === option)?.emergency
          ? { severity: 5, kind: "missed emergency", text: `${illness.name} was taken for ${option}` }
          : undefined,
    };
  },
);

export const confirmingTest = about(
  () => true,
  (illness, random) => ({
    ticket: `${vignette(illness, random)} Which test confirms ${illness.name}?`,
    right: illness.confirm.test,
    wrong: others(illness)
      .map(({ confirm }) => confirm.test)
      .filter((test) => !illness.advice.includes(test)),
    difficulty: 2,
    passage: `illness-${slug(illness.name)}`,
    because: `${illness.confirm.test} confirms ${illness.name}`,
    evidence: [illness.name, illness.confirm.test],
  }),
);

const isHarmful = (drug: Drug, { harmful = [] }: Presentation) => keysOf(drug).some((key) => harmful.includes(key));
const treatments = distinct(presentations.flatMap(({ treatment = [] }) => treatment.flatMap((tier) => tier.drugs))).map(
  drugNamed,
);

export const firstDrug = about(
  ({ treatment = [] }) => treatment.length > 0 && treatment[0].from === undefined,
  (illness, random) => {
    const tiers = illness.treatment!;
    const fitting = tiers.flatMap((tier) => tier.drugs);
    const families = fitting.map((name) => drugNamed(name).class);
    const grade = tiers.length > 1 ? ` with a ${illness.score} of 0` : "";
    const harmful = drugs.filter((drug) => isHarmful(drug, illness));
    const wrong = treatments.filter((drug) => !families.includes(drug.class) && !isHarmful(drug, illness));
    return {
      ticket: `A ${person(illness, random)} without allergies, with normal kidneys and no other drugs, has ${illness.name}${grade}. Which drug comes first?`,
      right: tiers[0].drugs[0],
      wrong: [...random.sample(harmful, Math.min(2, harmful.length)), ...random.sample(wrong, 4)]
        .slice(0, 4)
        .map(({ name }) => name),
      difficulty: 3,
      passage: `guideline-${slug(illness.name)}`,
      because: `${tiers[0].drugs[0]} is the first drug for ${illness.name}`,
      evidence: [illness.name, tiers[0].drugs[0]],
      harmOf: (option) =>
        isHarmful(drugNamed(option), illness)
          ? { severity: 5, kind: "contraindication ignored", text: `${option} harms in ${illness.name}` }
          : undefined,
    };
  },
);

/** They may do harm in many illnesses that do not name them. */
const doubtful = (drug: Drug) =>
  ["NSAID", "antiplatelet", "anticoagulant", "opioid", "thrombolytic"].includes(drug.class) ||
  drug.tags?.includes("sedating");

export const avoidedDrug = about(
  ({ harmful = [] }) => harmful.length > 0,
  (illness, random) => {
    const harmful = drugs.filter((drug) => isHarmful(drug, illness));
    if (harmful.length === 0) return undefined;
    const right = random.choice(harmful).name;
    const given = (illness.treatment ?? []).flatMap((tier) => tier.drugs).map(drugNamed);
    const wrong = distinct([...given, ...treatments.filter((drug) => !doubtful(drug))]).filter(
      (drug) => !isHarmful(drug, illness),
    );
    return {
      ticket: `${vignette(illness, random)} It is ${illness.name}. Which of these drugs does harm here?`,
      right,
      wrong: wrong.map(({ name }) => name),
      difficulty: 3,
      passage: `guideline-${slug(illness.name)}`,
      because: `${right} harms in ${illness.name}`,
      evidence: [illness.name, right],
    };
  },
);
