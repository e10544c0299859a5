import type { Brief, Expert } from "../../domain.ts";
import { decide, fits, inWords, type Seen, type Step } from "./protocol.ts";

interface Candidate {
  diagnosis: string;
  when: string[];
}

interface Protocol {
  steps: (Step & { by: "prescribeMedication" | "orderIntervention" })[];
  urgency: string;
  disposition: string;
}

/** Listens, then asks for what the protocol's next condition needs, until one row fits; does its steps where their conditions hold. */
export function* expert({ patientId: id = "" }: Brief): Expert {
  const about = { patientId: id };
  const history = yield { name: "getHistory", arguments: about, thought: "First listen, then go by the protocol." };
  const seen: Seen = { getHistory: history };
  const { candidates }: { candidates: Candidate[] } = yield {
    name: "searchProtocols",
    arguments: { topic: history.complaint },
  };
  const found = (yield* decide(candidates, id, seen)) ?? candidates[candidates.length - 1];
  const { steps, urgency, disposition }: Protocol = yield {
    name: "searchProtocols",
    arguments: { topic: found.diagnosis },
  };
  const reasons = [`The diagnosis is ${found.diagnosis}`, ...found.when.map((condition) => inWords(condition, seen))];
  for (const { by, firstThatFits, when } of steps) {
    if (!(yield* fits(when, id, seen))) continue;
    const argument = by === "orderIntervention" ? "intervention" : "drug";
    for (const name of firstThatFits) {
      const { status } = yield { name: by, arguments: { ...about, [argument]: name } };
      if (status === "held") continue;
      reasons.push(`${name} is given`);
      break;
    }
  }
  const plan = `${reasons.join(". ")}. This is ${urgency}. Reassess if anything changes.`;
  yield { name: "submitPlan", arguments: { diagnosis: found.diagnosis, urgency, disposition, plan } };
}
