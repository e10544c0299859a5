/** Questions about doses, levels and half-lives. */
import {
  between,
  childPughClasses,
  dosageVerdict,
  drugNamed,
  drugs,
  generatePatient,
  hepaticAdvice,
  renalAdvice,
  unfit,
  verdicts,
} from "../../../clinical/index.ts";
import { call, must, should } from "../../expected.ts";
import { levelVerdict, type Profile, profileOf, washoutDays } from "../state.ts";
import { drawDrugs, graveAmong, type Kind, longTerm, lookAt, reasonFor, settled, taking } from "./kind.ts";

/** Doses that are asked for exactly: tables whose rows are what the label says at that eGFR. */
const renallyDosed = drugs.filter(({ renal }) => renal);

export const renalDose: Kind = {
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

export const hepaticDose: Kind = {
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

const monitored = drugs.filter(
  ({ name, monitoring }) => monitoring && !["heparin", "gentamicin", "digoxin"].includes(name),
);

export const monitoring: Kind = {
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

/** Drugs whose renal table gives the highest dose at an eGFR, not only a start. */
const capped = [
  "metformin", "sitagliptin", "gabapentin", "rivaroxaban", "dabigatran", "apixaban", "levetiracetam", "famotidine", "ciprofloxacin", "aciclovir",
  "nitrofurantoin", "co-trimoxazole", "colchicine", "tramadol", "spironolactone", "metoclopramide", "lithium", "methotrexate",
]; // biome-ignore format: a list

export const dosage: Kind = {
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

export const washout: Kind = {
  draft(random, who) {
    const taken = drawDrugs(
      random,
      between(random, 2, 4),
      longTerm.filter(({ halfLifeHours }) => halfLifeHours),
    );
    if (graveAmong(taken)) return undefined;
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
