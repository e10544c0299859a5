/** Questions about one drug. Their group is the drug's class: what is learned of one statin is not asked of another in the test. */

import type { Random } from "../../../core/random.ts";
import { type Drug, dailyMg, drugs, type Enzyme, renalAdvice } from "../../clinical/index.ts";
import { slug } from "../../knowledge/own/index.ts";
import { type Draft, distinct, type Kind, type Shown, who } from "./question.ts";

const passageOf = (drug: Drug, part: "use" | "safety" | "dosing") => `drug-${slug(drug.name)}-${part}`;

function about(
  wanted: (drug: Drug) => boolean,
  draft: (drug: Drug, random: Random, others: readonly Drug[]) => Draft | undefined,
): Kind {
  const subjects = drugs.filter(wanted).map((drug) => ({
    group: groupOf(drug),
    draft: (random: Random, shown: Shown) => draft(drug, random, others(drug, shown)),
  }));
  return { subjects };
}

const groupOf = (drug: Drug) => `drug class ${drug.class}`;

/** Drugs that are no relatives, by class or mechanism, of which this split may tell. */
const others = (drug: Drug, shown: Shown) =>
  drugs.filter((other) => other.class !== drug.class && other.mechanism !== drug.mechanism && shown(groupOf(other)));

export const mechanism = about(
  () => true,
  (drug, random, others) => ({
    ticket: random.choice([
      `How does ${drug.name} act?`,
      `What is the mechanism of action of ${drug.name}?`,
      `Which mechanism of action does ${drug.name} have?`,
    ]),
    right: drug.mechanism,
    wrong: others.map((other) => other.mechanism),
    difficulty: 1,
    passage: passageOf(drug, "use"),
    because: `${drug.name} ${drug.mechanism}`,
    evidence: [drug.name, drug.mechanism],
  }),
);

export const contraindication = about(
  ({ contraindications }) => contraindications.length > 0,
  (drug, random, others) => {
    const right = random.choice(drug.contraindications);
    const related = drugs.filter((other) => other.class === drug.class).flatMap((other) => other.contraindications);
    return {
      ticket: random.choice([
        `Which of these is a listed contraindication to ${drug.name}?`,
        `In which of these is ${drug.name} contraindicated by its label?`,
      ]),
      right,
      wrong: others.flatMap((other) => other.contraindications).filter((name) => !related.includes(name)),
      difficulty: 2,
      passage: passageOf(drug, "safety"),
      because: `${right} is a contraindication to ${drug.name}`,
      evidence: [drug.name, right],
    };
  },
);

export const adverseEffect = about(
  () => true,
  (drug, random, others) => {
    const right = random.choice(drug.sideEffects);
    const related = drugs.filter((other) => other.class === drug.class).flatMap((other) => other.sideEffects);
    return {
      ticket: random.choice([
        `Which of these is a listed adverse effect of ${drug.name}?`,
        `A patient is about to start ${drug.name}. Of which listed adverse effect should you warn?`,
      ]),
      right,
      wrong: others.flatMap((other) => other.sideEffects).filter((name) => !related.includes(name)),
      difficulty: 2,
      passage: passageOf(drug, "safety"),
      because: `${right} is an adverse effect of ${drug.name}`,
      evidence: [drug.name, right],
    };
  },
);

const pregnancyAdvice = ({ pregnancy: { safety, note } }: Drug) => `${safety}; ${note}`;
const clauses = ({ pregnancy: { note } }: Drug) => note.split(/[;:,] /);
/** What is said of many drugs, and would be true of as many more. */
const vague = /experience|evidence|data|studies|only if|used in pregnancy|levels needed|continued/;

/** Whether the advice on one drug might be given on another as well: the same safety, and what is vague or in part the same. */
function mightHold(other: Drug, drug: Drug): boolean {
  if (other.pregnancy.safety !== drug.pregnancy.safety) return false;
  return vague.test(other.pregnancy.note) || clauses(other).some((clause) => clauses(drug).includes(clause));
}

export const pregnancy = about(
  () => true,
  (drug, random, others) => ({
    ticket: `A ${who(random, [19, 43], "female")} who takes ${drug.name} is pregnant. What is today's advice on ${drug.name} in pregnancy?`,
    right: pregnancyAdvice(drug),
    wrong: others.filter((other) => !mightHold(other, drug)).map(pregnancyAdvice),
    difficulty: 2,
    passage: passageOf(drug, "safety"),
    because: `${drug.name} in pregnancy: ${pregnancyAdvice(drug)}`,
    evidence: [drug.name, drug.pregnancy.safety],
    harmOf: (option) =>
      drug.pregnancy.safety === "avoid" && option.startsWith("compatible")
        ? { severity: 5, kind: "contraindication ignored", text: `${drug.name} in pregnancy: ${drug.pregnancy.note}` }
        : undefined,
  }),
);

const enzymes: readonly Enzyme[] = ["CYP1A2", "CYP2B6", "CYP2C8", "CYP2C9", "CYP2C19", "CYP2D6", "CYP2E1", "CYP3A4"];

export const enzyme = about(
  ({ cyp }) => (cyp?.substrate?.length ?? 0) > 0,
  (drug, random) => {
    const clearing = drug.cyp!.substrate!;
    const right = random.choice(clearing);
    return {
      // Long enough to tell two questions apart whose options, of eight enzymes, happen to be the same in the same order.
      ticket: random.choice([
        `A ${who(random)} takes ${drug.name}. Which of these enzymes clears ${drug.name}, so that its inhibitors raise the level?`,
        `The level of ${drug.name} in a ${who(random)} is too high. Of which of these enzymes is ${drug.name} a substrate?`,
      ]),
      right,
      wrong: enzymes.filter((name) => !clearing.includes(name)),
      difficulty: 2,
      passage: passageOf(drug, "use"),
      because: `${drug.name} is cleared by ${right}`,
      evidence: [drug.name, right],
    };
  },
);

type Regimen = Drug["regimens"][number];
const regimenText = ({ dose, frequency }: Regimen) => `${dose} ${frequency}`;
const scaled = ({ dose, frequency }: Regimen, factor: number): Regimen => ({
  dose: dose.replace(/^\d+(?:\.\d+)?/, (number) => String(Number(number) * factor)),
  frequency,
});

export const renalDose = about(
  ({ renal = [] }) => renal.length > 1,
  (drug, random) => {
    const rows = drug.renal!;
    const i = random.integer(rows.length);
    const low = Math.max(8, rows[i].from);
    const high = i === 0 ? low + 40 : rows[i - 1].from - 1;
    if (high < low) return undefined;
    const egfr = low + random.integer(high - low + 1);
    const advice = renalAdvice(drug, egfr);
    const refuse = `do not give ${drug.name}`;
    const right = advice.advice === "avoid" ? refuse : regimenText(advice);
    const listed = [...rows.flatMap((row) => ("avoid" in row ? [] : [row])), ...drug.regimens];
    const offered = distinct(
      [...listed, ...listed.flatMap((row) => [scaled(row, 2), scaled(row, 0.5)])].map(regimenText),
    );
    const allowed = advice.advice === "avoid" ? 0 : dailyMg(advice);
    return {
      ticket: `A ${who(random)} with an eGFR of ${egfr} mL/min/1.73 m2 is to get ${drug.name} (${drug.route}). Which dose fits the kidney?`,
      right,
      wrong: [...offered, refuse].filter((option) => option !== right),
      difficulty: 3,
      passage: passageOf(drug, "dosing"),
      because: `at an eGFR of ${egfr}, ${drug.name}: ${right}`,
      evidence: [drug.name, right],
      harmOf(option) {
        if (option === refuse || i === 0) return undefined;
        const [, dose, frequency] = /^(\S+ \S+) (.*)$/.exec(option) ?? [];
        const given = dose === undefined ? undefined : dailyMg({ dose, frequency });
        const tooMuch = allowed === 0 || (given !== undefined && allowed !== undefined && given > allowed * 1.001);
        return tooMuch
          ? {
              severity: 5,
              kind: "dangerous dose",
              text: `${drug.name} ${option} at an eGFR of ${egfr}; right is: ${right}`,
            }
          : undefined;
      },
    };
  },
);
