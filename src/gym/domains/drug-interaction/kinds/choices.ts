/** Questions with options, of which one suits the patient. */
import type { Random } from "../../../../core/random.ts";
import { between, type Drug, drugNamed, generatePatient, objections } from "../../../clinical/index.ts";
import type { Violation } from "../../../episode.ts";
import { call, must, should } from "../../expected.ts";
import { type Profile, profileOf, type Question } from "../state.ts";
import { drawDrugs, graveAmong, type Kind, longTerm, lookAt, taking } from "./kind.ts";

function optionsOf(random: Random, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(random.shuffle([...names]).map((name, i) => ["ABCD"[i], name]));
}

function letterOf(options: Record<string, string>, name: string): string {
  return Object.keys(options).find((letter) => options[letter] === name)!;
}

/** The drug that was chosen, by letter or by name. */
function chosen(answer: string, options: Record<string, string> = {}): Drug | undefined {
  const name =
    options[answer.trim().toUpperCase()] ??
    Object.values(options).find((option) => answer.toLowerCase().includes(option.toLowerCase()));
  return name === undefined ? undefined : drugNamed(name);
}

function ignored(answer: string, profile: Profile, { options }: Question): Violation[] {
  const drug = chosen(answer, options);
  return drug ? objections(drug, profile) : [];
}

/** What one may be treated with; options are drawn from a row. */
// biome-ignore format: a table
const needs: readonly { need: string; drugs: readonly string[] }[] = [
  { need: "community-acquired pneumonia", drugs: ["amoxicillin", "clarithromycin", "azithromycin", "doxycycline", "levofloxacin", "cefuroxime"] },
  { need: "lower urinary tract infection", drugs: ["nitrofurantoin", "co-trimoxazole", "ciprofloxacin", "cefalexin", "fosfomycin"] },
  { need: "cellulitis", drugs: ["flucloxacillin", "cefalexin", "clarithromycin", "doxycycline", "linezolid"] },
  { need: "pain of osteoarthritis", drugs: ["paracetamol", "ibuprofen", "naproxen", "diclofenac", "tramadol", "codeine"] },
  { need: "depression", drugs: ["sertraline", "citalopram", "fluoxetine", "venlafaxine", "mirtazapine", "amitriptyline"] },
  { need: "hypertension", drugs: ["ramipril", "losartan", "amlodipine", "bisoprolol", "hydrochlorothiazide", "verapamil", "spironolactone"] },
  { need: "type 2 diabetes", drugs: ["metformin", "gliclazide", "sitagliptin", "linagliptin", "empagliflozin"] },
  { need: "high cholesterol", drugs: ["simvastatin", "atorvastatin", "rosuvastatin", "pravastatin"] },
  { need: "stroke prevention in atrial fibrillation", drugs: ["warfarin", "apixaban", "rivaroxaban", "dabigatran"] },
  { need: "prevention of gout", drugs: ["allopurinol", "febuxostat", "colchicine", "naproxen"] },
  { need: "nausea and vomiting", drugs: ["ondansetron", "metoclopramide", "haloperidol"] },
  { need: "focal seizures", drugs: ["levetiracetam", "lamotrigine", "carbamazepine", "phenytoin", "gabapentin"] },
];

export const alternative: Kind = {
  draft(random, who) {
    const { need, drugs: names } = random.choice(needs);
    const taken = drawDrugs(
      random,
      between(random, 2, 4),
      longTerm.filter(({ name }) => !names.includes(name)),
    );
    if (graveAmong(taken)) return undefined;
    const low = random.boolean(0.4);
    const patient = taking(who, taken, low ? { egfr: [16, 44] } : {});
    if (!patient) return undefined;
    const profile = profileOf(patient);
    const { id } = profile;
    const fits = (name: string) =>
      objections(drugNamed(name), profile).length === 0 &&
      !profile.medications.some((entry) => drugNamed(entry.name).class === drugNamed(name).class);
    const good = names.filter(fits);
    const bad = names.filter((name) => objections(drugNamed(name), profile).length > 0);
    if (good.length === 0 || bad.length < 2) return undefined;
    const right = random.choice(good);
    const wrong = random.sample(bad, Math.min(3, bad.length));
    const options = optionsOf(random, [right, ...wrong]);
    const reasons = wrong.map((name) => objections(drugNamed(name), profile)[0]);
    return {
      profile,
      question: { options },
      ticket: random.choice([
        `${id} needs a drug for ${need}. Which option suits the allergies, conditions, kidney and medications of ${id}? Answer with the letter.`,
        `Choose a drug against ${need} for ${id}; all but one of the options harm ${id}. Answer with its letter.`,
      ]),
      answer: letterOf(options, right),
      difficulty: wrong.length > 2 ? 5 : 4,
      actions: [
        lookAt(id),
        ...Object.values(options).map((name) => call("checkAllInteractions", { patientId: id, newDrug: name })),
      ],
      assertions: [must(`${right} suits`, right), ...reasons.map(({ text }, i) => should(`not ${text}`, wrong[i]))],
    };
  },
  judge: ignored,
};

/** In pregnancy: what is usable and what is not. */
// biome-ignore format: a table
const pregnantNeeds: readonly { need: string; right: readonly string[]; wrong: readonly string[] }[] = [
  { need: "hypertension", right: ["labetalol", "methyldopa", "nifedipine"], wrong: ["ramipril", "lisinopril", "losartan", "spironolactone"] },
  { need: "urinary tract infection", right: ["cefalexin", "fosfomycin"], wrong: ["ciprofloxacin", "levofloxacin", "co-trimoxazole", "doxycycline"] },
  { need: "epilepsy", right: ["levetiracetam", "lamotrigine"], wrong: ["valproate", "phenytoin", "carbamazepine"] },
  { need: "pulmonary embolism", right: ["enoxaparin"], wrong: ["warfarin", "rivaroxaban", "apixaban", "dabigatran"] },
  { need: "pain", right: ["paracetamol"], wrong: ["ibuprofen", "naproxen", "diclofenac"] },
  { need: "diabetes", right: ["metformin", "insulin glargine"], wrong: ["gliclazide", "empagliflozin"] },
  { need: "sepsis", right: ["piperacillin-tazobactam", "ceftriaxone"], wrong: ["gentamicin", "ciprofloxacin", "doxycycline"] },
];

export const pregnancyChoice: Kind = {
  draft(random, who) {
    const { need, right, wrong } = random.choice(pregnantNeeds);
    const weeks = between(random, 21, 36);
    const profile = profileOf(
      generatePatient({ ...who, pregnantWeeks: weeks, conditions: [], allergies: [], egfr: [85, 112] }),
    );
    const { id } = profile;
    const best = random.choice(right);
    const others = random.sample(wrong, Math.min(3, wrong.length));
    const options = optionsOf(random, [best, ...others]);
    return {
      profile,
      question: { options },
      ticket: random.choice([
        `${id} is ${weeks} weeks pregnant and needs treatment of ${need}. Which option may ${id} take? Answer with the letter.`,
        `Against ${need} in pregnancy (${id}, week ${weeks}): which option is safe for ${id} and the child? Letter only.`,
      ]),
      answer: letterOf(options, best),
      difficulty: 3,
      actions: [lookAt(id), ...Object.values(options).map((name) => call("checkPregnancySafety", { drug: name }))],
      assertions: [
        must(`${best} is compatible with pregnancy`, best, "compatible"),
        ...others.map((name) => should(`avoid ${name} in pregnancy`, name, "avoid")),
      ],
    };
  },
  judge: ignored,
};
