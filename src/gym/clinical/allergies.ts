/**
 * Allergies and how they cross. Sources: Pichichero ME, Zagursky R 2014 and Khan DA et al., "Drug allergy: a 2022 practice parameter
 * update" (J Allergy Clin Immunol 2022): penicillins and cephalosporins about 2 %, more with a like side chain; carbapenems below
 * 1 %; aztreonam only with ceftazidime. Strom BL, N Engl J Med 2003: none between antibiotic and other sulfonamides. Kowalski ML, Allergy
 * 2013: NSAIDs and aspirin. After a severe reaction to penicillin the stricter advice of the BNF is followed: no cephalosporin.
 */
import { allergens as drugAllergens, reactions } from "../../data/clinical/tables.ts";
import type { Drug } from "./drugs.ts";

export { reactions };
export const allergens: readonly string[] = drugAllergens;

export interface Allergy {
  allergen: string;
  reaction: string;
  severity: "mild" | "moderate" | "severe";
}

/** `same`: the drug or its class; `cross`: another class that crosses in a relevant share; `low`: known and rare. */
export type AllergyMatch = "same" | "cross" | "low";

export interface CrossReaction {
  /** What the patient is allergic to. */
  allergen: string;
  /** A class, group or drug that may cross. */
  with: string;
  risk: "cross" | "low";
  note: string;
}

// biome-ignore format: a table
export const crossReactions: readonly CrossReaction[] = [
  { allergen: "penicillin", with: "first-generation cephalosporin", risk: "cross", note: "cefalexin shares the side chain of ampicillin" },
  { allergen: "penicillin", with: "cephalosporin", risk: "low", note: "about 2 % with another side chain; avoid after a severe reaction" },
  { allergen: "penicillin", with: "carbapenem", risk: "low", note: "below 1 %" },
  { allergen: "cephalosporin", with: "penicillin", risk: "low", note: "rare with another side chain; avoid after a severe reaction" },
  { allergen: "cephalosporin", with: "carbapenem", risk: "low", note: "below 1 %" },
  { allergen: "NSAID", with: "aspirin", risk: "cross", note: "by inhibition of cyclo-oxygenase 1, whatever the structure" },
  { allergen: "aspirin", with: "NSAID", risk: "cross", note: "by inhibition of cyclo-oxygenase 1, whatever the structure" },
  { allergen: "codeine", with: "morphine", risk: "cross", note: "both phenanthrenes" },
  { allergen: "morphine", with: "codeine", risk: "cross", note: "both phenanthrenes" },
  { allergen: "codeine", with: "tramadol", risk: "low", note: "label of tramadol advises against it after anaphylaxis to codeine" },
  { allergen: "carbamazepine", with: "phenytoin", risk: "cross", note: "aromatic anticonvulsants: 40-80 % after a severe reaction of the skin" },
  { allergen: "carbamazepine", with: "lamotrigine", risk: "cross", note: "aromatic anticonvulsants, above all after a severe reaction of the skin" },
  { allergen: "phenytoin", with: "carbamazepine", risk: "cross", note: "aromatic anticonvulsants: 40-80 % after a severe reaction of the skin" },
  { allergen: "sulfonamide", with: "loop diuretic", risk: "low", note: "no cross-reaction beyond chance between antibiotic and other sulfonamides" },
  { allergen: "sulfonamide", with: "thiazide", risk: "low", note: "no cross-reaction beyond chance between antibiotic and other sulfonamides" },
];

export interface AllergyFinding {
  allergy: Allergy;
  match: AllergyMatch;
  note: string;
}

const goesBy = (drug: Drug, name: string) => drug.name === name || drug.class === name || drug.group === name;

/** The allergies that speak against a drug, the plainest first. */
export function allergyFindings(drug: Drug, allergies: readonly Allergy[]): AllergyFinding[] {
  const found = allergies.flatMap((allergy): AllergyFinding[] => {
    if (goesBy(drug, allergy.allergen))
      return [{ allergy, match: "same", note: `${drug.name} is what the allergy is to` }];
    const crossing = crossReactions.find((row) => row.allergen === allergy.allergen && goesBy(drug, row.with));
    return crossing ? [{ allergy, match: crossing.risk, note: crossing.note }] : [];
  });
  const order: AllergyMatch[] = ["same", "cross", "low"];
  return found.sort((a, b) => order.indexOf(a.match) - order.indexOf(b.match));
}

/** Whether a finding forbids the drug: the same, one that crosses, or a rare crossing after a severe reaction; never for carbapenems or sulfonamides that are no antibiotics. */
export function forbids(drug: Drug, { match, allergy }: AllergyFinding): boolean {
  if (match !== "low") return true;
  return allergy.severity === "severe" && drug.class !== "carbapenem" && allergy.allergen !== "sulfonamide";
}

/** The plainest allergy that forbids a drug. */
export function allergyConflict(drug: Drug, allergies: readonly Allergy[]): AllergyFinding | undefined {
  return allergyFindings(drug, allergies).find((finding) => forbids(drug, finding));
}
