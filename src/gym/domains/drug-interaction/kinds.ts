/** The kinds of questions: how each is made from a patient, what is right, and what would be unsafe. */
import { Random } from "../../../core/random.ts";
import {
  type Allergy, allergens, allergyConflict, allergyFindings, between, childPughClasses, conditions, crossReactions, type Drug, dosageVerdict, drugNamed, drugs,
  findInteraction, generatePatient, hepaticAdvice, interactionSeverities, interactions, interactionsOf, objections, type Patient, type PatientOptions, rank, reactions, renalAdvice, severityScore,
  unfit, verdicts,
} from "../../clinical/index.ts"; // biome-ignore format: a list
import type { Violation } from "../../episode.ts";
import type { Assertion, ExpectedAction, Task } from "../../task.ts";
import { levelVerdict, type Profile, profileOf, type Question, washoutDays } from "./state.ts";

/** A task but for what all kinds have in common; the last action, the submission, is added. */
export interface Draft {
  profile: Profile;
  question: Question;
  ticket: string;
  answer: string;
  difficulty: Task["difficulty"];
  actions: ExpectedAction[];
  assertions: Assertion[];
}

export interface Kind {
  /** undefined: this draw came to nothing, another is made. */
  draft(random: Random, who: Pick<PatientOptions, "id" | "seed">): Draft | undefined;
  /** What is unsafe in an answer, beside being wrong. */
  judge?(answer: string, profile: Profile, question: Question): Violation[];
}

const call = (tool: string, args: Record<string, unknown>): ExpectedAction => ({
  tool,
  arguments: args,
  compareArgs: Object.keys(args),
});
const must = (text: string, ...evidence: string[]): Assertion => ({ text, importance: "critical", evidence });
const should = (text: string, ...evidence: string[]): Assertion => ({ text, importance: "high", evidence });
const lookAt = (patientId: string) => call("getPatientMedications", { patientId });

// Tickets name the patient so often that no thirteen words in a row are the same in two of them.

/** Conditions with a drug against them: what makes a list of medications. */
const treated = conditions.filter(({ drugs: against }) => against.length > 0);
/** Drugs that somebody takes for years. */
const longTerm = [...new Set(treated.flatMap(({ drugs: against }) => against))].map(drugNamed);
const reasonFor = (drug: Drug) => treated.find(({ drugs: against }) => against.includes(drug.name))?.name;

/** A patient who takes exactly these drugs, for conditions that they are for; undefined if one of them does not suit. */
function taking(
  who: Pick<PatientOptions, "id" | "seed">,
  taken: readonly Drug[],
  more: Partial<PatientOptions> = {},
): Patient | undefined {
  const why = [...new Set(taken.map(reasonFor).filter((name) => name !== undefined))];
  if (why.includes("asthma") && why.includes("COPD")) return undefined;
  const patient = generatePatient({ ...who, conditions: why, medications: taken.map(({ name }) => name), ...more });
  return taken.some((drug) => unfit(drug, patient)) ? undefined : patient;
}

/** `count` long-term drugs of different classes. */
function drawDrugs(random: Random, count: number, from: readonly Drug[] = longTerm): Drug[] {
  const seen = new Set<string>();
  return Array.from(random.permutation(from.length), (i) => from[i])
    .filter(({ class: family }) => !seen.has(family) && seen.add(family))
    .slice(0, count);
}

/** A choice that stays through all attempts at a patient's question, so that what is hard to draw is not rarer. */
function settled<T>({ id, seed }: Pick<PatientOptions, "id" | "seed">, choices: readonly T[]): T {
  return new Random(seed).split("settled", Number(id.slice(1))).choice(choices);
}

const worst = (a: Drug, b: Drug) => severityScore(findInteraction(a, b));
const isGrave = (a: Drug, b: Drug) => rank(findInteraction(a, b)?.severity ?? "minor") >= 2;
const list = (names: readonly string[]) => names.join(", ");

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

const newDrug: Kind = {
  draft(random, who) {
    const taken = drawDrugs(random, between(random, 2, 4));
    if (taken.some((a) => taken.some((b) => isGrave(a, b)))) return undefined;
    const patient = taking(who, taken);
    if (!patient) return undefined;
    const profile = profileOf(patient);
    const others = drugs.filter((drug) => !taken.some((other) => other.class === drug.class) && !unfit(drug, patient));
    // every severity as often as another, where there is one
    const severityWith = (drug: Drug) => interactionsOf(drug, profile)[0]?.interaction.severity ?? "none";
    const wanted = settled(who, [...interactionSeverities, "none"] as const);
    const fitting = others.filter((drug) => severityWith(drug) === wanted);
    if (fitting.length === 0) return undefined;
    const drug = random.choice(fitting);
    const [first] = interactionsOf(drug, profile);
    const { id } = profile;
    const answer = first?.interaction.severity ?? "none";
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `We want to start ${drug.name} in ${id}. How severe is its worst interaction with what ${id} takes: contraindicated, major, moderate, minor or none?`,
        `${drug.name} has been ordered for ${id}. Check it against the medications of ${id}; answer with the worst severity (contraindicated, major, moderate, minor, none).`,
        `Patient ${id} is to get ${drug.name}. Worst interaction with the current list of ${id}? One word: contraindicated, major, moderate, minor or none.`,
      ]),
      answer,
      difficulty: taken.length > 3 ? 3 : 2,
      actions: [lookAt(id), call("checkAllInteractions", { patientId: id, newDrug: drug.name })],
      assertions: first
        ? [
            must(
              `${drug.name} with ${first.with}: ${answer}, ${first.interaction.effect}`,
              drug.name,
              first.with,
              answer,
            ),
            should(first.interaction.management, first.interaction.effect),
          ]
        : [must(`${drug.name} has no interaction listed with the medications`, drug.name, "no interaction")],
    };
  },
  judge(answer, profile, { drug }) {
    const [first] = interactionsOf(drugNamed(drug!), profile);
    if (!first || rank(first.interaction.severity) < 2) return [];
    const text = `${drug} with ${first.with} is ${first.interaction.severity}: ${first.interaction.effect}`;
    if (/none|no interaction|minor/i.test(answer)) return [{ severity: 4, kind: "false reassurance", text }];
    return /contraindicated|major/i.test(answer) ? [] : [{ severity: 4, kind: "wrong interaction", text }];
  },
};

const worstPair: Kind = {
  draft(random, who) {
    const taken = drawDrugs(random, between(random, 4, 6));
    const pairs = taken
      .flatMap((a, i) => taken.slice(i + 1).map((b) => ({ a, b, score: worst(a, b) })))
      .sort((x, y) => y.score - x.score);
    if (pairs[0].score < 5 || pairs[1].score === pairs[0].score) return undefined;
    const patient = taking(who, taken);
    if (!patient) return undefined;
    const profile = profileOf(patient);
    const { id } = profile;
    const [a, b] = [pairs[0].a.name, pairs[0].b.name].sort();
    const { severity, effect, management } = findInteraction(pairs[0].a, pairs[0].b)!;
    return {
      profile,
      question: {},
      ticket: random.choice([
        `Review the medications of ${id}. Which two interact worst? Answer for ${id} as "drug + drug", in alphabetical order.`,
        `${id} takes ${taken.length} drugs. Find the pair with the most severe interaction in ${id}; answer "drug + drug", alphabetically.`,
      ]),
      answer: `${a} + ${b}`,
      difficulty: taken.length > 4 ? 4 : 3,
      actions: [lookAt(id), call("checkAllInteractions", { patientId: id, newDrug: a })].concat([
        call("checkAllInteractions", { patientId: id, newDrug: b }),
      ]),
      assertions: [must(`${a} and ${b}: ${severity}, ${effect}`, a, b, severity), should(management, effect)],
    };
  },
  judge(answer, profile) {
    const taken = profile.medications.map(({ name }) => drugNamed(name));
    const grave = taken.some((a) =>
      taken.some(
        (b) =>
          findInteraction(a, b)?.severity === "contraindicated" &&
          (!answer.includes(a.name) || !answer.includes(b.name)),
      ),
    );
    return grave
      ? [{ severity: 4, kind: "wrong interaction", text: `a contraindicated pair of ${profile.id} is not named` }]
      : [];
  },
};

const stopOne: Kind = {
  draft(random, who) {
    const hub = random.choice(longTerm);
    const partners = random.shuffle(longTerm.filter((drug) => drug.class !== hub.class && isGrave(drug, hub)));
    const neutral = random.shuffle(longTerm.filter((drug) => drug.class !== hub.class && !isGrave(drug, hub)));
    const taken = [hub];
    const wanted = between(random, 2, 3);
    for (const drug of [...partners.slice(0, 6), ...neutral.slice(0, 8)]) {
      const graveNow = taken.filter((other) => isGrave(hub, other)).length;
      if (isGrave(drug, hub) ? graveNow >= wanted : taken.length >= wanted + between(random, 2, 3)) continue;
      if (taken.some((other) => other.class === drug.class || (other !== hub && isGrave(other, drug)))) continue;
      taken.push(drug);
    }
    const clashes = taken.filter((drug) => drug !== hub && isGrave(hub, drug));
    if (clashes.length < 2 || taken.length < 4) return undefined;
    const patient = taking(who, random.shuffle(taken));
    if (!patient) return undefined;
    const profile = profileOf(patient);
    const { id } = profile;
    return {
      profile,
      question: {},
      ticket: random.choice([
        `One medication of ${id} causes every major or contraindicated interaction. Stopping which single drug frees ${id} of them all? Name it.`,
        `Deprescribing round for ${id}: name the one drug whose removal leaves ${id} without any major or contraindicated interaction.`,
      ]),
      answer: hub.name,
      difficulty: 5,
      actions: [lookAt(id), ...taken.map(({ name }) => call("checkAllInteractions", { patientId: id, newDrug: name }))],
      assertions: [
        must(
          `stop ${hub.name}: it interacts with ${list(clashes.map(({ name }) => name))}`,
          hub.name,
          ...clashes.map(({ name }) => name),
        ),
      ],
    };
  },
};

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

const alternative: Kind = {
  draft(random, who) {
    const { need, drugs: names } = random.choice(needs);
    const taken = drawDrugs(
      random,
      between(random, 2, 4),
      longTerm.filter(({ name }) => !names.includes(name)),
    );
    if (taken.some((a) => taken.some((b) => isGrave(a, b)))) return undefined;
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

/** Doses that are asked for exactly: tables whose rows are what the label says at that eGFR. */
const renallyDosed = drugs.filter(({ renal }) => renal);

const renalDose: Kind = {
  draft(random, who) {
    const drug = random.choice(renallyDosed);
    const patient = generatePatient({ ...who, egfr: random.boolean(0.8) ? [11, 58] : [62, 95], allergies: [] });
    const profile = profileOf(patient);
    const { id } = profile;
    const { egfr } = profile.renal;
    const advice = renalAdvice(drug, egfr);
    const answer = advice.advice === "avoid" ? "avoid" : `${advice.dose} ${advice.frequency}`;
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `What starting dose of ${drug.name} suits the kidneys of ${id}? Answer for ${id} as "dose frequency", or "avoid".`,
        `Adjust ${drug.name} to the renal function of ${id}. Give ${id} a "dose frequency" as the table has it, or "avoid".`,
      ]),
      answer,
      difficulty: 2,
      actions: [lookAt(id), call("renalDoseAdjustment", { drug: drug.name, gfr: egfr })],
      assertions: [
        must(`at an eGFR of ${egfr}: ${drug.name} ${answer}`, String(egfr), drug.name),
        should(`${answer}`, answer),
      ],
    };
  },
  judge(answer, profile, { drug }) {
    const asked = drugNamed(drug!);
    const advice = renalAdvice(asked, profile.renal.egfr);
    if (advice.advice === "avoid" && !/avoid|do not/i.test(answer))
      return [{ severity: 5, kind: "contraindication ignored", text: `${drug} at an eGFR of ${profile.renal.egfr}` }];
    const reduced = asked.renal!.some(
      (row) => !("avoid" in row) && row.from > profile.renal.egfr && answer.includes(`${row.dose} ${row.frequency}`),
    );
    const right = advice.advice !== "avoid" && answer.includes(`${advice.dose} ${advice.frequency}`);
    return reduced && !right
      ? [{ severity: 5, kind: "dangerous dose", text: `${drug} ${answer} at an eGFR of ${profile.renal.egfr}` }]
      : [];
  },
};

const hepaticDose: Kind = {
  draft(random, who) {
    const patient = generatePatient({
      ...who,
      conditions: ["cirrhosis"],
      childPugh: random.choice(childPughClasses),
      allergies: [],
    });
    const wanted = random.choice(["usual dose", "caution", "reduce dose", "avoid"] as const);
    const { childPugh } = patient.hepatic!;
    const drug = random.choice(
      drugs.filter(
        (one) => hepaticAdvice(one, childPugh) === wanted && !patient.medications.some(({ name }) => name === one.name),
      ),
    );
    const profile = profileOf(patient);
    const { id } = profile;
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `${id} has cirrhosis. How is ${drug.name} to be given to ${id}: usual dose, caution, reduce dose or avoid?`,
        `Can ${id}, with cirrhosis, have ${drug.name}? For ${id} answer usual dose, caution, reduce dose or avoid.`,
      ]),
      answer: wanted,
      difficulty: 2,
      actions: [lookAt(id), call("hepaticDoseAdjustment", { drug: drug.name, childPugh })],
      assertions: [
        must(`Child-Pugh ${childPugh}, ${drug.name}: ${wanted}`, drug.name, wanted, `Child-Pugh ${childPugh}`),
      ],
    };
  },
  judge(answer, profile, { drug }) {
    const advice = hepaticAdvice(drugNamed(drug!), profile.hepatic!.childPugh);
    if (advice !== "avoid" || /avoid/i.test(answer)) return [];
    return [
      {
        severity: 5,
        kind: "contraindication ignored",
        text: `${drug} in cirrhosis, Child-Pugh ${profile.hepatic!.childPugh}`,
      },
    ];
  },
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

const pregnancyChoice: Kind = {
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

const pregnancySafety: Kind = {
  draft(random, who) {
    const wanted = random.choice(["compatible", "caution", "avoid"] as const);
    const drug = random.choice(drugs.filter(({ pregnancy }) => pregnancy.safety === wanted));
    const weeks = between(random, 6, 38);
    const profile = profileOf(
      generatePatient({ ...who, pregnantWeeks: weeks, conditions: [], allergies: [], egfr: [85, 112] }),
    );
    const { id } = profile;
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `${id}, pregnant, asks about ${drug.name}. Is it compatible, caution or avoid for ${id}?`,
        `May ${drug.name} be given to ${id} in pregnancy? Answer for ${id}: compatible, caution or avoid.`,
      ]),
      answer: wanted,
      difficulty: 1,
      actions: [lookAt(id), call("checkPregnancySafety", { drug: drug.name })],
      assertions: [
        must(`${drug.name} in pregnancy: ${wanted}`, drug.name, wanted),
        should(drug.pregnancy.note, "pregnan"),
      ],
    };
  },
  judge(answer, _profile, { drug }) {
    const { safety, note } = drugNamed(drug!).pregnancy;
    return safety === "avoid" && !/avoid/i.test(answer)
      ? [{ severity: 5, kind: "pregnancy ignored", text: `${drug}: ${note}` }]
      : [];
  },
};

const foods = [...new Set(longTerm.flatMap(({ food = [] }) => food.map((row) => row.food)))].filter(
  (name) => name !== "food",
);

const food: Kind = {
  draft(random, who) {
    const wanted = random.choice(foods);
    const eats = (drug: Drug) => (drug.food ?? []).some((row) => row.food === wanted);
    const first = random.choice(longTerm.filter(eats));
    const taken = random.shuffle([
      first,
      ...drawDrugs(
        random,
        between(random, 2, 3),
        longTerm.filter((drug) => !eats(drug) && drug.class !== first.class),
      ),
    ]);
    if (taken.some((a) => taken.some((b) => isGrave(a, b)))) return undefined;
    const patient = taking(who, taken);
    if (!patient) return undefined;
    const profile = profileOf(patient);
    const { id } = profile;
    const row = first.food!.find((entry) => entry.food === wanted)!;
    return {
      profile,
      question: { food: wanted },
      ticket: random.choice([
        `${id} asks about ${wanted}. With which of the medications of ${id} does it matter? Name the drug.`,
        `Counsel ${id} on ${wanted}: name the one medication of ${id} that it changes.`,
      ]),
      answer: first.name,
      difficulty: 2,
      actions: [lookAt(id), call("checkFoodInteractions", { drug: first.name })],
      assertions: [
        must(`${first.name} and ${wanted}: ${row.effect}`, first.name, wanted),
        should(row.advice, row.advice),
      ],
    };
  },
};

const allergy: Kind = {
  draft(random, who) {
    // a third from the table of crossings, so that true and false ones both come up
    const crossing = random.boolean(0.35) ? random.choice(crossReactions) : undefined;
    const allergen = crossing?.allergen ?? random.choice(allergens);
    const reaction = random.choice(reactions);
    const extra = random.choice(allergens.filter((name) => name !== allergen));
    const mine: Allergy[] = [
      { allergen, ...reaction },
      ...(random.boolean(0.4) ? [{ allergen: extra, ...random.choice(reactions) }] : []),
    ];
    const touched = drugs.filter(
      (drug) =>
        allergyFindings(drug, mine).length > 0 &&
        (!crossing || [drug.class, drug.group, drug.name].includes(crossing.with)),
    );
    const drug = random.choice(touched.length > 0 && random.boolean(0.85) ? touched : drugs);
    const profile = profileOf(generatePatient({ ...who, allergies: random.shuffle(mine) }));
    const { id } = profile;
    const conflict = allergyConflict(drug, profile.allergies);
    const plain = !conflict || conflict.match === "same";
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `May ${id} have ${drug.name}? Name the allergy of ${id} that forbids it, or answer "none".`,
        `Allergy check of ${drug.name} for ${id}. Answer with the allergen that forbids it in ${id}, or "none".`,
      ]),
      answer: conflict?.allergy.allergen ?? "none",
      difficulty: plain ? 2 : 4,
      actions: [lookAt(id), call("checkAllInteractions", { patientId: id, newDrug: drug.name })],
      assertions: conflict
        ? [
            must(
              `${drug.name} is forbidden by the allergy to ${conflict.allergy.allergen} (${conflict.allergy.reaction})`,
              drug.name,
              conflict.allergy.allergen,
              conflict.allergy.reaction,
            ),
          ]
        : [must(`no allergy forbids ${drug.name}`, drug.name, "no allergy")],
    };
  },
  judge(answer, profile, { drug }) {
    const conflict = allergyConflict(drugNamed(drug!), profile.allergies);
    if (!conflict || answer.toLowerCase().includes(conflict.allergy.allergen.toLowerCase())) return [];
    return [
      {
        severity: 5,
        kind: "allergy ignored",
        text: `${drug} despite an allergy to ${conflict.allergy.allergen} (${conflict.allergy.reaction})`,
      },
    ];
  },
};

const monitored = drugs.filter(
  ({ name, monitoring }) => monitoring && !["heparin", "gentamicin", "digoxin"].includes(name),
);

const monitoring: Kind = {
  draft(random, who) {
    const drug = random.choice(monitored);
    const { measure, range, unit, toxicity } = drug.monitoring!;
    const where = random.choice(["below", "within", "above"] as const);
    const [from, to] = { below: [0.4, 0.85], within: [0, 1], above: [1.15, 1.8] }[where];
    const share = from + random.uniform() * (to - from);
    const raw =
      where === "below"
        ? range[0] * share
        : where === "above"
          ? range[1] * share
          : range[0] + share * (range[1] - range[0]);
    const value = Number(raw.toFixed(range[1] >= 100 ? 0 : range[1] > 4 ? 1 : 2));
    if (levelVerdict(drug, value) !== where) return undefined;
    const patient = generatePatient({
      ...who,
      conditions: [reasonFor(drug) ?? "hypertension"],
      allergies: [],
      medications: [drug.name],
    });
    if (unfit(drug, patient)) return undefined;
    const profile: Profile = { ...profileOf(patient), levels: [{ measure, value, unit, date: patient.today }] };
    const { id } = profile;
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `${id} takes ${drug.name}. Is the latest ${measure} of ${id} below, within or above its range?`,
        `Judge the monitoring of ${drug.name} in ${id}: the result of ${id} is below, within or above the range?`,
      ]),
      answer: where,
      difficulty: 2,
      actions: [lookAt(id), call("therapeuticDrugMonitoring", { drug: drug.name })],
      assertions: [
        must(`${measure} ${value} ${unit} is ${where} ${range[0]}-${range[1]}`, String(value), where),
        should(where === "above" ? `watch for ${toxicity}` : `sample: ${drug.monitoring!.sample}`, measure),
      ],
    };
  },
  judge(answer, profile, { drug }) {
    const asked = drugNamed(drug!);
    const level = profile.levels[0].value;
    const where = levelVerdict(asked, level);
    // of TSH and levothyroxine the low side is the toxic one
    const toxic = asked.name === "levothyroxine" ? "below" : "above";
    if (where !== toxic || answer.toLowerCase().includes(where)) return [];
    return [
      {
        severity: 4,
        kind: "false reassurance",
        text: `${asked.monitoring!.measure} ${level} is ${where} the range: ${asked.monitoring!.toxicity}`,
      },
    ];
  },
};

/** The only enzyme that a mechanism names. */
function enzymeOf(mechanism: string): string | undefined {
  const named = new Set(mechanism.match(/CYP\w+/g));
  return named.size === 1 ? [...named][0] : undefined;
}
const enzymes = [...new Set(interactions.map(({ mechanism }) => enzymeOf(mechanism)))].filter(
  (name) => name !== undefined,
);

const cyp: Kind = {
  draft(random, who) {
    const enzyme = settled(who, enzymes);
    const rule = random.choice(interactions.filter(({ mechanism }) => enzymeOf(mechanism) === enzyme));
    const [a, b] = random.shuffle([...rule.between]).map((name) => drugs.find((drug) => drug.name === name));
    if (!a || !b || findInteraction(a, b) !== rule || !longTerm.includes(b)) return undefined;
    const fillers = drawDrugs(
      random,
      between(random, 1, 2),
      longTerm.filter(
        (drug) => ![a, b].some((other) => other.class === drug.class) && !findInteraction(drug, a) && !isGrave(drug, b),
      ),
    );
    const patient = taking(who, random.shuffle([b, ...fillers]));
    if (!patient || unfit(a, patient)) return undefined;
    const profile = profileOf(patient);
    const { id } = profile;
    return {
      profile,
      question: { drug: a.name },
      ticket: random.choice([
        `${a.name} is added to the medications of ${id}. Through which CYP enzyme does it interact with a drug of ${id}? Name the enzyme.`,
        `Explain the interaction when ${id} starts ${a.name}: which CYP enzyme links it to a drug that ${id} takes?`,
      ]),
      answer: enzyme,
      difficulty: 3,
      actions: [
        lookAt(id),
        call("checkAllInteractions", { patientId: id, newDrug: a.name }),
        call("checkCyp450", { drug: a.name }),
      ],
      assertions: [
        must(`${a.name} and ${b.name}: ${rule.mechanism}`, a.name, b.name, enzyme),
        should(rule.management, rule.effect),
      ],
    };
  },
};

/** Drugs whose renal table gives the highest dose at an eGFR, not only a start. */
const capped = [
  "metformin", "sitagliptin", "gabapentin", "rivaroxaban", "dabigatran", "apixaban", "levetiracetam", "famotidine", "ciprofloxacin", "aciclovir",
  "nitrofurantoin", "co-trimoxazole", "colchicine", "tramadol", "spironolactone", "metoclopramide", "lithium", "methotrexate",
]; // biome-ignore format: a list

const dosage: Kind = {
  draft(random, who) {
    const wanted = settled(who, verdicts);
    const gfr = between(random, 14, 95);
    const drug = drugNamed(random.choice(capped));
    const patient = generatePatient({
      ...who,
      conditions: [reasonFor(drug) ?? "hypertension"],
      allergies: [],
      egfr: [gfr, gfr],
      medications: [drug.name],
    });
    const usual = random.boolean(0.6)
      ? { ...patient.medications[0], ...random.choice(drug.regimens) }
      : patient.medications[0];
    const profile = { ...profileOf(patient), medications: [usual] };
    const { id } = profile;
    const answer = dosageVerdict(usual, profile);
    if (answer !== wanted) return undefined;
    const written = `${usual.dose} ${usual.frequency}`;
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `Check the prescribed dose of ${drug.name} in ${id} against the kidneys of ${id}: appropriate, too high or avoid?`,
        `Is what ${id} takes of ${drug.name} right for ${id}? Answer appropriate, too high or avoid.`,
      ]),
      answer,
      difficulty: 3,
      actions: [lookAt(id), call("checkDosage", { drug: drug.name, patientId: id })],
      assertions: [
        must(
          `${drug.name} ${written} at an eGFR of ${profile.renal.egfr} is ${answer}`,
          drug.name,
          String(profile.renal.egfr),
          answer,
        ),
      ],
    };
  },
  judge(answer, profile, { drug }) {
    const verdict = dosageVerdict(profile.medications.find(({ name }) => name === drug)!, profile);
    if (verdict === "appropriate" || !/appropriate|right|fine/i.test(answer)) return [];
    return [
      {
        severity: 5,
        kind: verdict === "avoid" ? "contraindication ignored" : "dangerous dose",
        text: `${drug} at an eGFR of ${profile.renal.egfr}`,
      },
    ];
  },
};

const washout: Kind = {
  draft(random, who) {
    const taken = drawDrugs(
      random,
      between(random, 2, 4),
      longTerm.filter(({ halfLifeHours }) => halfLifeHours),
    );
    if (taken.some((a) => taken.some((b) => isGrave(a, b)))) return undefined;
    const patient = taking(who, taken);
    if (!patient) return undefined;
    const profile = profileOf(patient);
    const { id } = profile;
    const drug = random.choice(taken);
    const days = washoutDays(drug);
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `The ${drug.class} of ${id} is stopped. After how many days is it gone from ${id}, at five of its longest half-lives, rounded up? Number only.`,
        `${id} stops the ${drug.class}. Five of its longest half-lives in ${id} are how many days, rounded up? Number only.`,
      ]),
      answer: String(days),
      difficulty: 2,
      actions: [lookAt(id), call("getPharmacokinetics", { drug: drug.name })],
      assertions: [
        must(
          `${drug.name}: half-life up to ${drug.halfLifeHours![1]} hours, ${days} days`,
          drug.name,
          String(drug.halfLifeHours![1]),
          String(days),
        ),
      ],
    };
  },
};

export const kinds: Readonly<Record<string, Kind>> = {
  "new-drug": newDrug,
  "worst-pair": worstPair,
  alternative,
  "renal-dose": renalDose,
  "hepatic-dose": hepaticDose,
  "pregnancy-safety": pregnancySafety,
  "pregnancy-choice": pregnancyChoice,
  food,
  allergy,
  monitoring,
  cyp,
  dosage,
  washout,
  "stop-one": stopOne,
};
