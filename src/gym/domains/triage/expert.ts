import type { Brief, Expert } from "../../domain.ts";
import { placeOf } from "./tasks.ts";

interface Protocol {
  atOnce: { finding: string; intervention: string }[];
  mustNotWait: { finding: string; suspect: string; disposition?: string }[];
  usual: { finding: string; suspect: string; interventions: string[] }[];
}

/** Goes through the decision points as a triage nurse does: look, measure, protocol, index, then act and send. */
export function* expert({ patientId: id = "" }: Brief): Expert {
  const about = { patientId: id };
  const { complaint, note } = yield { name: "getPresentation", arguments: about, thought: "Look first, then measure." };
  const vitals = yield { name: "getVitalSigns", arguments: about };
  const { pain } = yield { name: "assessPain", arguments: about };
  const { newConfusion } = yield { name: "assessConsciousness", arguments: about };
  const { atOnce, mustNotWait, usual }: Protocol = yield { name: "getProtocol", arguments: { complaint } };
  const seen = note.replace(/Not so: [^.]*\./, "").toLowerCase();
  const has = ({ finding }: { finding: string }) => seen.includes(finding.toLowerCase());
  const [saving, risk, common] = [atOnce.find(has), mustNotWait.find(has), usual.find(has)];
  let resources = 0;
  if (common) ({ resources } = yield { name: "countResources", arguments: { interventions: common.interventions } });
  const { age } = yield { name: "getArrival", arguments: about };
  const { heartRate, respiratoryRate, oxygenSaturation } = vitals;
  const items = {
    lifesavingIntervention: saving !== undefined,
    highRiskSituation: risk !== undefined,
    newConfusion,
    severePainOrDistress: pain >= 7,
    resources,
    ageYears: age,
    heartRate,
    respiratoryRate,
    oxygenSaturation,
  };
  const { score: level, breakdown } = yield { name: "calculateEsi", arguments: items };
  const finding = (saving ?? risk ?? common)?.finding ?? "new confusion";
  const reasons = [`This is level ${level} because of: ${note.split(". Also:")[0].toLowerCase()}`];
  if (saving) {
    yield { name: "startIntervention", arguments: { ...about, intervention: saving.intervention } };
    reasons.push(`${saving.intervention} is started`);
  }
  if (level <= 2) {
    const urgency = level === 1 ? "immediate" : "within 10 minutes";
    yield { name: "notifyPhysician", arguments: { ...about, urgency, reason: finding } };
  } else reasons.push(`${resources} resources are needed`);
  if (breakdown.dangerZone) {
    const out = [
      heartRate > 100 ? `heart rate of ${heartRate}` : "",
      respiratoryRate > 20 ? `respiratory rate of ${respiratoryRate}` : "",
      oxygenSaturation < 92 ? `saturation of ${oxygenSaturation}` : "",
    ].filter(Boolean);
    reasons.push(...out.map((sign) => `${sign} is in the danger zone`));
  }
  yield {
    name: "submitTriage",
    arguments: {
      esiLevel: level,
      disposition: placeOf(level, risk?.disposition === "safe room"),
      reasoning: `${reasons.join(". ")}. Reassess if anything changes.`,
      orders: common?.interventions ?? [],
    },
  };
}
