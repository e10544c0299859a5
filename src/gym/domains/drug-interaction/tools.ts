import { z } from "zod";
import {
  allergyFindings,
  childPughClasses,
  type Drug,
  dosageVerdict,
  drugs,
  drugsOf,
  findInteraction,
  forbids,
  hepaticAdvice,
  type Interaction,
  interactionsOf,
  keysOf,
  renalAdvice,
  severityScore,
  sharedEnzymes,
} from "../../clinical/index.ts";
import { ToolError, type toolsOf } from "../../tool.ts";
import { patientId } from "../patient-tools.ts";
import { askedDrug, askedPatient, levelVerdict, type State } from "./state.ts";

const drug = z.string().describe("generic name");

export function tools(tool: ReturnType<typeof toolsOf<State>>) {
  return {
    getDrugInfo: tool({
      kind: "read",
      description: "Class, mechanism, indications, contraindications, side effects and dosing of a drug.",
      parameters: { drug },
      run(args) {
        const { name, group, mechanism, indications, contraindications, sideEffects, regimens, maxDailyMg, ...rest } =
          askedDrug(args.drug);
        return {
          name,
          class: rest.class,
          group,
          mechanism,
          indications,
          contraindications,
          sideEffects,
          regimens,
          ...(maxDailyMg ? { maxDailyMg } : {}),
        };
      },
    }),
    searchDrugsByClass: tool({
      kind: "read",
      description:
        'Drugs of a class or group, or with a property such as "QT-prolonging" or "strong CYP3A4 inhibitor".',
      parameters: { drugClass: z.string() },
      run({ drugClass }) {
        const found = drugsOf(drugClass);
        if (found.length > 0) return { drugClass, drugs: found.map(({ name, group }) => ({ name, group })) };
        return { drugClass, drugs: [], classes: [...new Set(drugs.map((known) => known.class))] };
      },
    }),
    checkInteraction: tool({
      kind: "read",
      description: "What is known between two drugs.",
      parameters: { drugA: drug, drugB: drug },
      run: ({ drugA, drugB }) => described(findInteraction(askedDrug(drugA), askedDrug(drugB))),
    }),
    checkAllInteractions: tool({
      kind: "read",
      description: "A drug against everything the patient takes, is allergic to and suffers from.",
      parameters: { patientId, newDrug: drug },
      run({ patientId: id, newDrug }, { state }) {
        const profile = askedPatient(state, id);
        const asked = askedDrug(newDrug);
        const found = interactionsOf(asked, profile);
        return {
          drug: asked.name,
          interactions: found.map(({ with: other, interaction }) => ({ with: other, ...described(interaction) })),
          allergies: allergyFindings(asked, profile.allergies).map((finding) => ({
            ...finding.allergy,
            match: finding.match,
            forbids: forbids(asked, finding),
            note: finding.note,
          })),
          contraindicatedBy: profile.conditions
            .map(({ name }) => name)
            .filter((name) => asked.contraindications.includes(name)),
        };
      },
    }),
    getPatientMedications: tool({
      kind: "read",
      description:
        "Medications, allergies, conditions, age, weight, kidney, liver, pregnancy and drug levels of a patient.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        const { medications, ...profile } = askedPatient(state, id);
        return {
          ...profile,
          medications: medications.map((entry) => ({ ...entry, class: askedDrug(entry.name).class })),
        };
      },
    }),
    searchAlternatives: tool({
      kind: "read",
      description: "Drugs with an indication or the class in common; they are not checked against a patient.",
      parameters: { drug },
      run(args) {
        const asked = askedDrug(args.drug);
        const alike = drugs.filter((other) => other !== asked && isAlternative(asked, other));
        return {
          drug: asked.name,
          alternatives: alike.map(({ name, class: family, indications }) => ({ name, class: family, indications })),
        };
      },
    }),
    checkDosage: tool({
      kind: "read",
      description:
        "The dose a patient takes of a drug, or would start with, against kidney, liver and the usual maximum.",
      parameters: { drug, patientId },
      run(args, { state }) {
        const profile = askedPatient(state, args.patientId);
        const asked = askedDrug(args.drug);
        const taken = profile.medications.find(({ name }) => name === asked.name);
        const dose = taken ?? { name: asked.name, ...asked.regimens[0] };
        return {
          drug: asked.name,
          prescribed: taken !== undefined,
          dose: dose.dose,
          frequency: dose.frequency,
          egfr: profile.renal.egfr,
          renal: renalAdvice(asked, profile.renal.egfr),
          ...(profile.hepatic
            ? { childPugh: profile.hepatic.childPugh, hepatic: hepaticAdvice(asked, profile.hepatic.childPugh) }
            : {}),
          ...(asked.maxDailyMg ? { maxDailyMg: asked.maxDailyMg } : {}),
          verdict: dosageVerdict(dose, profile),
        };
      },
    }),
    checkCyp450: tool({
      kind: "read",
      description:
        "Which CYP enzymes clear a drug, and which it inhibits or induces; with a second drug, which enzymes they share.",
      parameters: { drug, otherDrug: drug.optional() },
      run(args) {
        const asked = askedDrug(args.drug);
        const { substrate = [], inhibits = {}, induces = [] } = asked.cyp ?? {};
        const shared = args.otherDrug ? { shared: sharedEnzymes(asked, askedDrug(args.otherDrug)) } : {};
        return { drug: asked.name, substrate, inhibits, induces, ...shared };
      },
    }),
    renalDoseAdjustment: tool({
      kind: "read",
      description: "Dose of a drug at an eGFR.",
      parameters: { drug, gfr: z.number().min(0).describe("mL/min/1.73 m2") },
      run: (args) => ({
        drug: askedDrug(args.drug).name,
        gfr: args.gfr,
        ...renalAdvice(askedDrug(args.drug), args.gfr),
      }),
    }),
    hepaticDoseAdjustment: tool({
      kind: "read",
      description: "Whether a drug can be given in cirrhosis of a Child-Pugh class.",
      parameters: { drug, childPugh: z.enum(childPughClasses) },
      run: (args) => ({
        drug: askedDrug(args.drug).name,
        childPugh: args.childPugh,
        advice: hepaticAdvice(askedDrug(args.drug), args.childPugh),
      }),
    }),
    checkPregnancySafety: tool({
      kind: "read",
      description: "Pregnancy category of a drug (FDA's letter of before 2015) and today's advice.",
      parameters: { drug },
      run: (args) => ({ drug: askedDrug(args.drug).name, ...askedDrug(args.drug).pregnancy }),
    }),
    severityScore: tool({
      kind: "read",
      description: "Severity of the interaction of two drugs from 0 (none) to 10 (never together).",
      parameters: { drugA: drug, drugB: drug },
      run: ({ drugA, drugB }) => ({ score: severityScore(findInteraction(askedDrug(drugA), askedDrug(drugB))) }),
    }),
    checkFoodInteractions: tool({
      kind: "read",
      description: "Food and drink that change a drug.",
      parameters: { drug },
      run: (args) => ({ drug: askedDrug(args.drug).name, foods: askedDrug(args.drug).food ?? [] }),
    }),
    getPharmacokinetics: tool({
      kind: "read",
      description: "Half-life, route and enzymes of a drug.",
      parameters: { drug },
      run(args) {
        const { name, route, halfLifeHours, cyp = {} } = askedDrug(args.drug);
        return { drug: name, route, ...(halfLifeHours ? { halfLifeHours } : {}), cyp };
      },
    }),
    therapeuticDrugMonitoring: tool({
      kind: "read",
      description: "What to measure under a drug, its range, when to take the sample; with a level, where it lies.",
      parameters: { drug, level: z.number().optional().describe("in the unit of the range") },
      run(args) {
        const asked = askedDrug(args.drug);
        if (!asked.monitoring) throw new ToolError(`no level is measured for ${asked.name}`);
        const where = args.level === undefined ? {} : { level: args.level, position: levelVerdict(asked, args.level) };
        return { drug: asked.name, ...asked.monitoring, ...where };
      },
    }),
    think: tool({
      kind: "think",
      description: "A note to yourself.",
      parameters: { thought: z.string() },
      run: () => "noted",
    }),
    submitAnswer: tool({
      kind: "submit",
      description: "Hand in the final answer, in the form that was asked for, with the reasons.",
      parameters: { answer: z.string(), reasoning: z.string().default("") },
      run: () => "submitted",
    }),
  };
}

function described(interaction: Interaction | undefined) {
  if (!interaction) return { severity: "none" };
  const { between: _, ...rest } = interaction;
  return rest;
}

function isAlternative(a: Drug, b: Drug): boolean {
  return (
    a.class === b.class ||
    a.indications.some((indication) => b.indications.includes(indication)) ||
    keysOf(b).includes(a.group)
  );
}
