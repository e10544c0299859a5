import { type Drug as DosedDrug, drugs as dosedDrugs, type Regimen } from "../../data/clinical/tables.ts";
import { type DrugFacts, drugFacts, type Enzyme, type HepaticAdvice } from "./drug-facts.ts";
import { moreDrugs } from "./more-drugs.ts";
import { type ChildPughClass, childPughClasses } from "./scores/index.ts";

/** A drug with all that the gym knows of it. */
export interface Drug extends DrugFacts {
  name: string;
  /** What rules and allergies go by: "penicillin", "SSRI". */
  class: string;
  route: string;
  /** Usual adult regimens, the usual start first. */
  regimens: readonly Regimen[];
  /** By eGFR, highest threshold first; none: no adjustment is listed. */
  renal?: DosedDrug["renal"];
}

export const drugs: readonly Drug[] = [
  ...dosedDrugs.map((drug) => ({ ...drugFacts[drug.name], ...drug, renal: drug.renal ?? drugFacts[drug.name].renal })),
  ...moreDrugs,
];

const byName = new Map(drugs.map((drug) => [drug.name.toLowerCase(), drug]));

export function findDrug(name: string): Drug | undefined {
  return byName.get(name.trim().toLowerCase());
}

/** A drug that must be there: for our own tables. */
export function drugNamed(name: string): Drug {
  const drug = findDrug(name);
  if (!drug) throw new RangeError(`no drug ${name} in the tables`);
  return drug;
}

const keys = new Map<Drug, readonly string[]>();

/** Everything that a rule may name it by: name, class, group, tags, "strong CYP3A4 inhibitor", "CYP3A4 inducer", "CYP3A4 substrate". */
export function keysOf(drug: Drug): readonly string[] {
  const known = keys.get(drug);
  if (known) return known;
  const { substrate = [], inhibits = {}, induces = [] } = drug.cyp ?? {};
  const made = [
    drug.name,
    drug.class,
    drug.group,
    ...(drug.tags ?? []),
    ...substrate.map((enzyme) => `${enzyme} substrate`),
    ...Object.entries(inhibits).map(([enzyme, strength]) => `${strength} ${enzyme} inhibitor`),
    ...induces.map((enzyme) => `${enzyme} inducer`),
  ];
  keys.set(drug, made);
  return made;
}
/** Of a class, a group or with a property, in the order of the tables; in any case. */
export function drugsOf(classOrGroup: string): Drug[] {
  return [...(byKey.get(classOrGroup.trim().toLowerCase()) ?? [])];
}
const byKey = new Map<string, Set<Drug>>();
for (const drug of drugs)
  for (const key of keysOf(drug)) {
    const folded = key.toLowerCase();
    byKey.set(folded, (byKey.get(folded) ?? new Set()).add(drug));
  }

export type RenalAdvice =
  | { advice: "no adjustment listed"; dose: string; frequency: string }
  | { advice: "give"; dose: string; frequency: string }
  | { advice: "avoid" };

/** @param gfr mL/min/1.73 m² (eGFR) or mL/min (Cockcroft-Gault); the tables do not tell them apart */
export function renalAdvice(drug: Drug, gfr: number): RenalAdvice {
  const row = drug.renal?.find(({ from }) => gfr >= from);
  if (!row) {
    const { dose, frequency } = drug.regimens[0];
    return { advice: "no adjustment listed", dose, frequency };
  }
  return "avoid" in row ? { advice: "avoid" } : { advice: "give", dose: row.dose, frequency: row.frequency };
}

export function hepaticAdvice(drug: Drug, childPugh: ChildPughClass): HepaticAdvice {
  return drug.hepatic[childPughClasses.indexOf(childPugh)];
}

const perDay: Readonly<Record<string, number>> = {
  "once daily": 1, "twice daily": 2, "three times daily": 3, "four times daily": 4, "five times daily": 5, "every 4 hours": 6,
  "every 36 hours": 24 / 36, "every 48 hours": 1 / 2, once: 1, "as needed": 1,
}; // biome-ignore format: a table

const inMg: Readonly<Record<string, number>> = { g: 1000, mg: 1, microgram: 0.001, micrograms: 0.001 };

/** Milligrams of a dose such as "500 mg" or "1 g"; undefined for units and doses by weight. */
export function doseMg(dose: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?(g|mg|micrograms?)$/.exec(dose.trim());
  return match ? Number(match[1]) * inMg[match[2]] : undefined;
}

/** Milligrams a day; weekly doses count as one dose. */
export function dailyMg({ dose, frequency }: Regimen): number | undefined {
  const mg = doseMg(dose);
  const times = frequency === "once weekly" ? 1 : perDay[frequency];
  return mg === undefined || times === undefined ? undefined : mg * times;
}

/** Enzymes that one of them changes and the other is cleared by. */
export function sharedEnzymes(
  a: Drug,
  b: Drug,
): { enzyme: Enzyme; by: string; of: string; change: "inhibits" | "induces" }[] {
  const out: ReturnType<typeof sharedEnzymes> = [];
  for (const [actor, victim] of [
    [a, b],
    [b, a],
  ]) {
    for (const enzyme of victim.cyp?.substrate ?? []) {
      if (actor.cyp?.inhibits?.[enzyme]) out.push({ enzyme, by: actor.name, of: victim.name, change: "inhibits" });
      if (actor.cyp?.induces?.includes(enzyme))
        out.push({ enzyme, by: actor.name, of: victim.name, change: "induces" });
    }
  }
  return out;
}
