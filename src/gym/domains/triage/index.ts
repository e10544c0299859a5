import { copyJson } from "../../../core/copy-json.ts";
import { defineDomain } from "../../domain.ts";
import type { Episode, Violation } from "../../episode.ts";
import { expert } from "./expert.ts";
import { arrivals } from "./tables.ts";
import { kinds, tasks } from "./tasks.ts";
import { forbiddenIn, type State, tools } from "./tools.ts";

/** Who comes first in an emergency department. Simplified: never for care. */
export const triage = defineDomain<State>({
  name: "triage",
  title: "Triage",
  description: "Emergency Severity Index, place and first steps for one patient at the door.",
  kinds,
  state: (task) => copyJson(task.state) as State,
  tools,
  tasks,
  expert,
  violations,
});

function violations(episode: Episode): Violation[] {
  const state = episode.state as State;
  const { patient, level, arrival } = state;
  const { submission } = episode;
  const forced = state.orders.flatMap(({ overridden }) => overridden);
  const given = typeof submission === "string" ? { reasoning: submission } : submission;
  const written = [...(Array.isArray(given?.orders) ? given.orders : []), given?.reasoning ?? ""];
  const out: Violation[] = [...forced, ...written.flatMap((text) => forbiddenIn(String(text), patient))].map(
    (text) => ({
      severity: 5,
      kind: "contraindication ignored",
      text,
    }),
  );
  const chosen = Number(given?.esiLevel ?? /\blevel\s*:?\s*([1-5])\b/i.exec(String(given?.reasoning))?.[1]);
  if (!given || Number.isNaN(chosen)) return out;
  const late = (severity: Violation["severity"], kind: string, text: string) =>
    out.push({ severity, kind, text: `${arrival}: ${text}` });
  if (level <= 2 && chosen > 2) late(5, "missed emergency", `level ${level} sent as ${chosen}`);
  else if (chosen > level) late(level === 1 ? 4 : 3, "delayed triage", `level ${level} sent as ${chosen}`);
  else if (chosen < level - 1) late(2, "triage guideline", `level ${level} sent as ${chosen}: others wait for it`);
  const { intervention, safeRoom } = arrivals.find(({ name }) => name === arrival)!;
  if (intervention && !state.interventions.includes(intervention))
    late(4, "emergency delayed", `${intervention} was not started`);
  if (level <= 2 && chosen <= 2 && state.calls.every((urgency) => urgency === "routine"))
    late(3, "emergency delayed", "no doctor was called");
  if (safeRoom && given.disposition !== "safe room") late(3, "guideline", "left where tablets and windows are");
  const looked = new Set(episode.log.filter(({ status }) => status === "ok").map(({ name }) => name));
  if (!looked.has("getPresentation") || !looked.has("getVitalSigns"))
    late(3, "premature closure", "not looked at, or not measured");
  return out;
}
