import type { Brief, Expert } from "../../domain.ts";
import { type RiskLevel, type Screen, screens } from "./tables.ts";
import { placeOf } from "./tasks.ts";

interface Candidate {
  diagnosis: string;
  typical: string;
  instruments: Screen[];
  decidedBy?: string;
}

/** Listens, asks about suicide, uses the instruments of what is likely, treats with what the record allows, then decides on the place. */
export function* expert({ patientId: id = "" }: Brief): Expert {
  const about = { patientId: id };
  const { complaint, note } = yield {
    name: "getInterview",
    arguments: about,
    thought: "First listen, then ask about suicide.",
  };
  const { risk }: { risk: RiskLevel } = yield { name: "screenCssrs", arguments: about };
  const { candidates }: { candidates: Candidate[] } = yield {
    name: "searchGuidelines",
    arguments: { topic: complaint },
  };
  const seen = note.replace(/Not so: [^.]*\./, "").toLowerCase();
  const found = candidates.find(({ typical }) => seen.includes(typical.toLowerCase())) ?? candidates[0];
  const reasons = [
    `The diagnosis is ${found.diagnosis} because of: ${found.typical}`,
    `The risk of suicide is ${risk}`,
  ];
  for (const screen of found.instruments) {
    const { score } = yield { name: screen, arguments: about };
    reasons.push(`${screens[screen].name} is ${score}`);
  }
  if (found.decidedBy) {
    const { results }: { results: { test: string; value: number; flag: string }[] } = yield {
      name: "getLabResults",
      arguments: about,
    };
    const decisive = results.find(({ test }) => test === found.decidedBy);
    reasons.push(`${found.decidedBy} is ${decisive?.value}, ${decisive?.flag}`);
  }
  const guide: { drugsInOrder: string[]; advice: string; place: string } = yield {
    name: "searchGuidelines",
    arguments: { topic: found.diagnosis },
  };
  if (guide.drugsInOrder.length > 0) {
    yield { name: "getMedications", arguments: about };
    for (const drug of guide.drugsInOrder) {
      const { status } = yield { name: "prescribeMedication", arguments: { ...about, drug } };
      if (status === "held") continue;
      reasons.push(`${drug} is prescribed`);
      break;
    }
  }
  let accepts = true;
  if (risk === "high") ({ acceptsAdmission: accepts } = yield { name: "assessCapacity", arguments: about });
  if (risk === "high" || risk === "moderate") {
    yield {
      name: "createSafetyPlan",
      arguments: { ...about, plan: "Warning signs, means removed, whom to call at any hour." },
    };
  }
  if (!accepts)
    yield {
      name: "placeHold",
      arguments: { ...about, reason: "The risk is high, admission is refused and there is no capacity." },
    };
  yield {
    name: "submitAssessment",
    arguments: {
      diagnosis: found.diagnosis,
      riskLevel: risk,
      plan: `${reasons.join(". ")}. Follow up, and reassess the risk at each visit.`,
      disposition: placeOf(risk, accepts, guide.place.startsWith("medical ward")),
    },
  };
}
