/** Questions about two drugs together. Their group is the rule that holds between them. */
import type { Random } from "../../../core/random.ts";
import {
  type Drug,
  drugs,
  drugsOf,
  findInteraction,
  type Interaction,
  interactions,
  keysOf,
  rank,
} from "../../clinical/index.ts";
import { interactionId } from "../../knowledge/own/index.ts";
import { type Draft, distinct, type Harm, type Kind, type Shown } from "./question.ts";

const rules = interactions.filter(({ effect }) => effect !== "no important effect");
const isGrave = ({ severity }: Interaction) => rank(severity) >= 2;

function rulesOf(a: Drug, b: Drug): Interaction[] {
  const covers = (drug: Drug, key: string) => keysOf(drug).includes(key);
  return interactions.filter(({ between: [x, y] }) => (covers(a, x) && covers(b, y)) || (covers(a, y) && covers(b, x)));
}

/** Two drugs that this rule, and no other, holds for. */
function pairOf(rule: Interaction, random: Random): [Drug, Drug] | undefined {
  const [a, b] = rule.between.map((key) => random.choice(drugsOf(key)));
  if (a === b || findInteraction(a, b) !== rule || rulesOf(a, b).length > 1) return undefined;
  return random.boolean() ? [a, b] : [b, a];
}

const groups = new Map(rules.map((rule) => [rule, `interaction ${rule.between.join(" + ")}`]));
const groupOf = (rule: Interaction) => groups.get(rule)!;

/** The rules that may be read, by who says so. */
const toldBy = new WeakMap<Shown, readonly Interaction[]>();

function toldTo(shown: Shown): readonly Interaction[] {
  const known = toldBy.get(shown);
  if (known) return known;
  const told = rules.filter((rule) => shown(groupOf(rule)));
  toldBy.set(shown, told);
  return told;
}

function about(
  draft: (rule: Interaction, a: Drug, b: Drug, random: Random, told: readonly Interaction[]) => Draft,
): Kind {
  return {
    subjects: rules.map((rule) => ({
      group: groupOf(rule),
      draft(random, shown) {
        const pair = pairOf(rule, random);
        return pair && draft(rule, ...pair, random, toldTo(shown));
      },
    })),
  };
}

/** Effects that are one another's cause: never both among the options. */
const alike = [
  ["bleeding", "high INR"],
  ["sedation", "sedation and respiratory depression"],
  ["QT prolongation", "slow heart rate"],
  ["loss of effect", "low INR"],
];
const toxicOf = new Map(drugs.map(({ name }) => [`${name} toxicity`, name]));

export const interactionEffect = about((rule, a, b, random, told) => ({
  ticket: random.choice([
    `A patient who takes ${a.name} is to start ${b.name}. Which effect of the two together is to be feared?`,
    `Someone under ${a.name} is given ${b.name}. What is the main risk of the two together?`,
  ]),
  right: rule.effect,
  wrong: told
    .map(({ effect }) => effect)
    .filter(
      (effect) =>
        effect !== rule.effect &&
        !alike.some((group) => group.includes(effect) && group.includes(rule.effect)) &&
        // the toxicity of a third drug would be no riddle, that of one of the two might be the same effect in other words
        !toxicOf.has(effect),
    ),
  difficulty: 3,
  passage: interactionId(rule),
  because: `${a.name} with ${b.name}: ${rule.effect} (${rule.severity})`,
  evidence: [a.name, b.name, rule.effect],
  actions: actions(rule, a, b),
  harmOf: () => (isGrave(rule) ? missed(rule, a, b) : undefined),
}));

/** What is advised for interactions of the other gravity: advice of the same might be right here as well. */
function otherAdvice(rule: Interaction, a: Drug, b: Drug, told: readonly Interaction[]): string[] {
  const same = told.filter((other) => isGrave(other) === isGrave(rule)).map(({ management }) => management);
  const all = distinct(told.map(({ management }) => management)).filter((management) => !same.includes(management));
  // advice that names a third drug gives itself away
  return all.filter((management) => namedIn.get(management)!.every((drug) => drug === a || drug === b));
}
const namedIn = new Map(
  rules.map(({ management }) => [management, drugs.filter(({ name }) => management.includes(name))]),
);

export const interactionManagement = about((rule, a, b, random, told) => ({
  ticket: random.choice([
    `A patient takes ${a.name} and is to start ${b.name}. What does the interaction call for?`,
    `${capital(a.name)} is taken, ${b.name} has been ordered. What is advised for the two together?`,
  ]),
  right: rule.management,
  wrong: otherAdvice(rule, a, b, told),
  difficulty: 4,
  passage: interactionId(rule),
  because: `${a.name} with ${b.name}: ${rule.management}`,
  evidence: [a.name, b.name, rule.management],
  actions: actions(rule, a, b),
  harmOf: () => (isGrave(rule) ? missed(rule, a, b) : undefined),
}));

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

function missed({ severity, effect }: Interaction, a: Drug, b: Drug): Harm {
  return { severity: 4, kind: "wrong interaction", text: `${a.name} with ${b.name}: ${severity}, ${effect}` };
}

function actions(rule: Interaction, a: Drug, b: Drug) {
  return [
    { tool: "searchDrugInteractions", arguments: { drugA: a.name, drugB: b.name } },
    { tool: "browseArticle", arguments: { id: interactionId(rule) }, compareArgs: ["id"] },
  ];
}
