import { crossReactions, drugsOf, findDrug, type Interaction, interactions } from "../../clinical/index.ts";
import type { Passage } from "../passage.ts";
import { capital, passage, slug } from "./prose.ts";

/** One for each rule; a rule over a class names the drugs that it covers. */
export const interactionPassages: readonly Passage[] = interactions.map((rule) => {
  const [a, b] = rule.between;
  const { severity, effect, mechanism, management, evidence, source } = rule;
  return passage(interactionId(rule), `${capital(a)} with ${b}: ${severity} interaction`, "interaction", source, [
    `Severity of ${a} together with ${b}: ${severity}`,
    `Effect: ${effect}`,
    `Mechanism: ${mechanism}`,
    `Management: ${management}`,
    `Evidence: ${evidence}`,
    ...[...new Set(rule.between)].filter((key) => !findDrug(key)).map((key) => `${capital(key)} here: ${members(key)}`),
  ]);
});

export function interactionId({ between: [a, b] }: Interaction): string {
  return `interaction-${slug(a)}-${slug(b)}`;
}

function members(key: string): string {
  return drugsOf(key)
    .map(({ name }) => name)
    .join(", ");
}

const allergySource =
  "Khan DA et al., J Allergy Clin Immunol 2022; Strom BL, N Engl J Med 2003; Kowalski ML, Allergy 2013";

export const allergyPassages: readonly Passage[] = crossReactions.map(({ allergen, with: other, risk, note }) =>
  passage(
    `allergy-${slug(allergen)}-${slug(other)}`,
    `Allergy to ${allergen}: is ${other} safe?`,
    "allergy",
    allergySource,
    [
      `Cross-reaction of ${other} in allergy to ${allergen}: ${risk === "cross" ? "relevant, avoid" : "low"}`,
      capital(note),
    ],
  ),
);
