import type { Brief, Expert, Move } from "../../domain.ts";
import type { Order } from "./record.ts";
import type { Warning } from "./tools.ts";

/** What the tools say, as far as the solver looks at it. */
interface Lab {
  test: string;
  value: number;
  unit: string;
  flag: string;
}
interface Stay {
  admissionId: string;
}
interface Summary {
  date: string;
  followUp: string;
  medications: { name: string; dose: string; frequency: string }[];
}
interface Check {
  warnings: Warning[];
  egfr: number;
  renal: { dose: string; frequency: string };
  usual: { dose: string; frequency: string };
}

// biome-ignore lint/suspicious/noExplicitAny: results are whatever the tool returns
type Part<T> = Generator<Move, T, any>;
type Solver = (id: string, ticket: string) => Part<[answer: string, ...reasons: string[]]>;

/** Answers as a careful registrar would: reads what the question needs, acts, and says what it rests on. */
export function* expert({ kind, ticket }: Brief): Expert {
  const [id] = /A\d{5}-\d+/.exec(ticket) ?? [""];
  const [answer, ...reasons] = yield* solvers[kind ?? ""](id, ticket);
  const reasoning = `${reasons.join(". ")}. If anything changes, reassess and monitor the patient.`;
  yield { name: "submitAnswer", arguments: { answer, reasoning } };
}

const look = (tool: string, admissionId: string, more: object = {}): Move => ({
  name: tool,
  arguments: { admissionId, ...more },
});

/** The previous admission of a history. */
function* before(id: string): Part<string> {
  const { admissions }: { admissions: Stay[] } = yield look("getAdmissionHistory", id);
  return admissions[admissions.findIndex(({ admissionId }) => admissionId === id) - 1].admissionId;
}

function* activeOrders(id: string): Part<Order[]> {
  const { orders }: { orders: Order[] } = yield look("getMedicationOrders", id, { activeOnly: true });
  return orders;
}

const solvers: Readonly<Record<string, Solver>> = {
  *"chart-review"(id) {
    const { admitted, principalDiagnosis } = yield look("getPatientSummary", id);
    const { date }: Summary = yield look("getDischargeSummary", id);
    const days = String((Date.parse(date) - Date.parse(admitted)) / 86_400_000);
    return [days, `${days} days in hospital for ${principalDiagnosis}`];
  },

  *coding(id) {
    const { principalDiagnosis } = yield look("getPatientSummary", id);
    const { codes }: { codes: { name: string; code: string }[] } = yield {
      name: "lookupIcdCode",
      arguments: { diagnosis: principalDiagnosis },
    };
    const { code } = codes.find(({ name }) => name === principalDiagnosis) ?? codes[0];
    return [code, `${principalDiagnosis} is coded ${code}`];
  },

  *"lab-review"(id) {
    const { results }: { results: Lab[] } = yield look("getLabResults", id);
    const { test, value, unit, flag } = results.find((lab) => lab.flag.startsWith("critical")) ?? results[0];
    const text = `${test} is ${value} ${unit}, ${flag}`;
    yield look("writeClinicalNote", id, { type: "progress", text: `${text}. The ward was told; repeat the test.` });
    return [test, text];
  },

  *"lab-trend"(id, ticket) {
    const [, name] = /(?:How has|Trend of) (.+?) (?:gone|in A)/.exec(ticket) ?? [];
    const { test, trend, latest, unit, range } = yield look("getLabTrend", id, { name });
    const flag = latest < range[0] ? "low" : latest > range[1] ? "high" : "normal";
    return [trend, `${test} is ${trend}, latest ${latest} ${unit}, ${flag}`];
  },

  *"early-warning"(id) {
    yield look("getVitalSigns", id);
    const { scores }: { scores: { name: string; score: number; risk: string }[] } = yield look("getClinicalScores", id);
    const { score, risk } = scores.find(({ name }) => name === "NEWS2")!;
    const reason = `NEWS2 is ${score}, risk ${risk}`;
    if (score >= 7) yield look("requestConsult", id, { specialty: "critical care", urgency: "emergency", reason });
    return [String(score), reason];
  },

  *"medication-reconciliation"(id) {
    const earlier = yield* before(id);
    const { medications }: Summary = yield look("getDischargeSummary", earlier);
    const orders = yield* activeOrders(id);
    const { name, dose, frequency } = medications.find((taken) => !orders.some(({ drug }) => drug === taken.name))!;
    yield look("placeOrder", id, { category: "medication", item: name, dose, frequency });
    return [name, `${name} ${dose} ${frequency} was left out and is ordered again`];
  },

  *"medication-safety"(id) {
    const { allergies }: { allergies: { allergen: string }[] } = yield look("checkAllergies", id);
    for (const { drug, orderId } of yield* activeOrders(id)) {
      const { warnings }: Check = yield look("checkOrderSafety", id, { drug });
      const found = warnings.find(({ kind }) => kind === "allergy ignored" || kind === "contraindication ignored");
      const why = found && /(?:allergy to|contraindicated in) (.+)/.exec(found.text)?.[1];
      if (!why) continue;
      const reason = allergies.some(({ allergen }) => allergen === why) ? `allergy to ${why}` : why;
      yield look("discontinueOrder", id, { orderId, reason });
      return [drug, `${drug} must not be given because of ${reason}`];
    }
    return ["none", "every order is safe"];
  },

  *"renal-dosing"(id) {
    for (const { drug, dose, frequency } of yield* activeOrders(id)) {
      const { warnings, egfr, renal }: Check = yield look("checkOrderSafety", id, { drug, dose, frequency });
      if (!warnings.some(({ kind }) => kind === "dangerous dose")) continue;
      yield look("placeOrder", id, {
        category: "medication",
        item: drug,
        dose: renal.dose,
        frequency: renal.frequency,
      });
      return [drug, `${drug} is reduced to ${renal.dose} ${renal.frequency} at an eGFR of ${egfr}`];
    }
    return ["none", "every dose is right"];
  },

  *ordering(id, ticket) {
    const [, list] = /(?:the first of|in this order:) (.+?)(?: that is safe|\. Place)/.exec(ticket) ?? [];
    const names = list.split(", ");
    yield look("checkAllergies", id);
    for (const drug of names) {
      const { warnings, usual }: Check = yield look("checkOrderSafety", id, { drug });
      if (warnings.length > 0) continue;
      const order = { category: "medication", item: drug, dose: usual.dose, frequency: usual.frequency };
      const { status } = yield look("placeOrder", id, order);
      if (status === "held") continue;
      return [drug, `${drug} is ordered, ${names.slice(0, names.indexOf(drug)).join(" and ")} does not suit`];
    }
    return ["none", "no drug of the list suits"];
  },

  *readmission(id) {
    yield look("getPatientSummary", id);
    const { score, risk } = yield look("readmissionRisk", id);
    if (risk === "high") yield look("placeOrder", id, { category: "follow-up", item: "visit in 7 days" });
    return [String(score), `LACE is ${score}, risk ${risk}`];
  },

  *"intensive-care"(id) {
    yield look("getPatientSummary", id);
    const { stays }: { stays: { unit: string; days: number }[] } = yield look("getIcuStays", id);
    const total = String(stays.reduce((sum, { days }) => sum + days, 0));
    return [total, `${total} days in ${stays.map(({ unit }) => unit).join(" and ")}`];
  },

  *procedures(id) {
    const { procedures }: { procedures: { name: string; outcome: string }[] } = yield look("getProcedures", id);
    const { name, outcome } = procedures.find((done) => done.outcome !== "no complication")!;
    yield look("writeClinicalNote", id, { type: "incident", text: `${name}: ${outcome}` });
    return [name, `${name}: ${outcome}`];
  },

  *discharge(id) {
    const earlier = yield* before(id);
    const { medications: old }: Summary = yield look("getDischargeSummary", earlier);
    const { medications, followUp }: Summary = yield look("getDischargeSummary", id);
    const { name, dose } = medications.find((taken) => !old.some((known) => known.name === taken.name))!;
    yield look("writeClinicalNote", id, { type: "discharge", text: `New: ${name} ${dose}. Follow-up: ${followUp}.` });
    return [name, `${name} ${dose} is new`, `follow-up: ${followUp}`];
  },

  *quality(id) {
    const { indicators }: { indicators: { name: string; limitHours: number; afterHours: number }[] } = yield look(
      "getQualityIndicators",
      id,
    );
    const { name, limitHours, afterHours } = indicators.find((row) => row.afterHours > row.limitHours)!;
    return [name, `${name} after ${afterHours} hours, the limit is ${limitHours}`];
  },

  *longitudinal(id, ticket) {
    const [, name] = /(?:in which was|the highest) (\w+)(?: highest|\?)/.exec(ticket) ?? [];
    const { admissions }: { admissions: Stay[] } = yield look("getAdmissionHistory", id);
    let [top, highest, unit] = ["", Number.NEGATIVE_INFINITY, ""];
    for (const { admissionId } of admissions) {
      const { max, unit: of }: { max: number; unit: string } = yield look("getLabTrend", admissionId, { name });
      if (max > highest) [top, highest, unit] = [admissionId, max, of];
    }
    return [top, `${name} was highest in ${top}, ${highest} ${unit}`];
  },
};
