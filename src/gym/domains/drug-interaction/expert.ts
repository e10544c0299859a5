import { drugs, interactionSeverities } from "../../clinical/index.ts";
import type { Brief, Expert } from "../../domain.ts";

/** What the tools say, as far as the solver looks at it. */
interface Row {
  with: string;
  severity: (typeof interactionSeverities)[number];
  effect: string;
  mechanism: string;
  management: string;
  evidence: string;
}
interface AllChecks {
  interactions: Row[];
  allergies: { allergen: string; reaction: string; forbids: boolean }[];
  contraindicatedBy: string[];
}
interface Seen {
  medications: { name: string; class: string; dose: string; frequency: string }[];
  renal: { egfr: number };
  hepatic?: { childPugh: string };
  levels: { measure: string; value: number; unit: string }[];
}
type Solver = (ask: {
  id: string;
  ticket: string;
  drug: string;
  options: Record<string, string>;
  seen: Seen;
}) => Expert;

/** Solves a task as a pharmacist would: the profile first, then the look-ups that the question needs. */
export function* expert({ kind, ticket, options = {}, patientId: id = "" }: Brief): Expert {
  const seen: Seen = yield {
    name: "getPatientMedications",
    arguments: { patientId: id },
    thought: "First the profile.",
  };
  yield* solvers[kind ?? ""]({ id, ticket, drug: drugIn(ticket), options, seen });
}

function* submit(answer: string, ...reasons: string[]): Expert {
  yield { name: "submitAnswer", arguments: { answer, reasoning: `${reasons.join(". ")}. Monitor and review.` } };
}

const names = drugs.map(({ name }) => name).sort((a, b) => b.length - a.length);

/** The drug that a text names. */
function drugIn(text: string): string {
  return names.find((name) => text.toLowerCase().includes(name.toLowerCase())) ?? "";
}

const graveness = ({ severity, evidence }: Row) =>
  [2, 5, 8, 10][interactionSeverities.indexOf(severity)] - Number(evidence !== "established");
const isGrave = ({ severity }: Row) => severity === "major" || severity === "contraindicated";

const solvers: Readonly<Record<string, Solver>> = {
  *"new-drug"({ id, drug }) {
    const { interactions }: AllChecks = yield {
      name: "checkAllInteractions",
      arguments: { patientId: id, newDrug: drug },
    };
    const [worst] = interactions.toSorted((a, b) => graveness(b) - graveness(a));
    if (!worst) return yield* submit("none", `${drug} has no interaction listed with the medications`);
    yield* submit(worst.severity, `${drug} with ${worst.with}: ${worst.severity}, ${worst.effect}`, worst.management);
  },

  *"worst-pair"({ id, seen }) {
    let worst: { pair: string[]; row: Row } | undefined;
    for (const { name } of seen.medications) {
      const { interactions }: AllChecks = yield {
        name: "checkAllInteractions",
        arguments: { patientId: id, newDrug: name },
      };
      for (const row of interactions) {
        if (!worst || graveness(row) > graveness(worst.row)) worst = { pair: [name, row.with].sort(), row };
      }
    }
    if (!worst) return yield* submit("none", "no interaction is listed");
    const [a, b] = worst.pair;
    yield* submit(`${a} + ${b}`, `${a} and ${b}: ${worst.row.severity}, ${worst.row.effect}`, worst.row.management);
  },

  *"stop-one"({ id, seen }) {
    const grave = new Map<string, string[]>();
    for (const { name } of seen.medications) {
      const { interactions }: AllChecks = yield {
        name: "checkAllInteractions",
        arguments: { patientId: id, newDrug: name },
      };
      grave.set(
        name,
        interactions.filter(isGrave).map((row) => row.with),
      );
    }
    const [hub, partners] = [...grave].toSorted(([, a], [, b]) => b.length - a.length)[0];
    yield* submit(hub, `stop ${hub}: it interacts with ${partners.join(", ")}`);
  },

  *alternative({ id, options }) {
    const reasons: string[] = [];
    let answer = "";
    for (const [letter, name] of Object.entries(options)) {
      const found: AllChecks = yield { name: "checkAllInteractions", arguments: { patientId: id, newDrug: name } };
      const allergy = found.allergies.find(({ forbids }) => forbids);
      const grave = found.interactions.find(isGrave);
      let reason = allergy
        ? `allergy to ${allergy.allergen}`
        : found.contraindicatedBy.length > 0
          ? `contraindicated in ${found.contraindicatedBy[0]}`
          : undefined;
      if (grave) reason ??= `with ${grave.with}: ${grave.severity}, ${grave.effect}`;
      if (!reason) {
        const dosage = yield { name: "checkDosage", arguments: { drug: name, patientId: id } };
        if (dosage.verdict === "avoid") reason = `eGFR ${dosage.egfr}`;
      }
      if (reason) reasons.push(`not ${name}: ${reason}`);
      else {
        reasons.unshift(`${name} suits`);
        answer = letter;
      }
    }
    yield* submit(answer, ...reasons);
  },

  *"renal-dose"({ drug, seen }) {
    const gfr = seen.renal.egfr;
    const advice = yield { name: "renalDoseAdjustment", arguments: { drug, gfr } };
    const answer = advice.advice === "avoid" ? "avoid" : `${advice.dose} ${advice.frequency}`;
    yield* submit(answer, `at an eGFR of ${gfr}: ${drug} ${answer}`);
  },

  *"hepatic-dose"({ drug, seen }) {
    const childPugh = seen.hepatic!.childPugh;
    const { advice } = yield { name: "hepaticDoseAdjustment", arguments: { drug, childPugh } };
    yield* submit(advice, `Child-Pugh ${childPugh}, ${drug}: ${advice}`);
  },

  *"pregnancy-safety"({ drug }) {
    const { safety, note } = yield { name: "checkPregnancySafety", arguments: { drug } };
    yield* submit(safety, `${drug} in pregnancy: ${safety}`, note);
  },

  *"pregnancy-choice"({ options }) {
    const reasons: string[] = [];
    let answer = "";
    for (const [letter, name] of Object.entries(options)) {
      const { safety } = yield { name: "checkPregnancySafety", arguments: { drug: name } };
      if (safety === "avoid") reasons.push(`avoid ${name} in pregnancy`);
      else {
        reasons.unshift(`${name} is ${safety} with pregnancy`);
        answer = letter;
      }
    }
    yield* submit(answer, ...reasons);
  },

  *food({ ticket, seen }) {
    for (const { name } of seen.medications) {
      const { foods }: { foods: { food: string; effect: string; advice: string }[] } = yield {
        name: "checkFoodInteractions",
        arguments: { drug: name },
      };
      const row = foods.find(({ food }) => ticket.includes(food));
      if (row) return yield* submit(name, `${name} and ${row.food}: ${row.effect}`, row.advice);
    }
    yield* submit("none", "no food interaction is listed");
  },

  *allergy({ id, drug }) {
    const { allergies }: AllChecks = yield {
      name: "checkAllInteractions",
      arguments: { patientId: id, newDrug: drug },
    };
    const found = allergies.find(({ forbids }) => forbids);
    if (!found) return yield* submit("none", `no allergy forbids ${drug}`);
    yield* submit(found.allergen, `${drug} is forbidden by the allergy to ${found.allergen} (${found.reaction})`);
  },

  *monitoring({ drug, seen }) {
    const { measure, value, unit } = seen.levels[0];
    const { position, range, toxicity, sample } = yield {
      name: "therapeuticDrugMonitoring",
      arguments: { drug, level: value },
    };
    yield* submit(
      position,
      `${measure} ${value} ${unit} is ${position} ${range.join("-")}`,
      position === "above" ? `watch for ${toxicity}` : `sample: ${sample}`,
    );
  },

  *cyp({ id, drug }) {
    const { interactions }: AllChecks = yield {
      name: "checkAllInteractions",
      arguments: { patientId: id, newDrug: drug },
    };
    const row = interactions.find(({ mechanism }) => mechanism.includes("CYP"))!;
    yield { name: "checkCyp450", arguments: { drug, otherDrug: row.with } };
    const enzyme = row.mechanism.match(/CYP\w+/)![0];
    yield* submit(enzyme, `${drug} and ${row.with}: ${row.mechanism}`, `${row.effect}: ${row.management}`);
  },

  *dosage({ id, drug }) {
    const { verdict, dose, frequency, egfr } = yield { name: "checkDosage", arguments: { drug, patientId: id } };
    yield* submit(verdict, `${drug} ${dose} ${frequency} at an eGFR of ${egfr} is ${verdict}`);
  },

  *washout({ ticket, seen }) {
    const named = seen.medications.filter((entry) => ticket.includes(entry.class));
    const [{ name }] = named.toSorted((a, b) => b.class.length - a.class.length);
    const { halfLifeHours } = yield { name: "getPharmacokinetics", arguments: { drug: name } };
    const days = Math.ceil((5 * halfLifeHours[1]) / 24);
    yield* submit(String(days), `${name}: half-life up to ${halfLifeHours[1]} hours, ${days} days`);
  },
};
