/** Questions about drugs together, and with food. */
import {
  between,
  type Drug,
  drugNamed,
  drugs,
  findInteraction,
  interactionSeverities,
  interactions,
  interactionsOf,
  rank,
  unfit,
} from "../../../clinical/index.ts";
import { call, must, should } from "../../expected.ts";
import { profileOf } from "../state.ts";
import { drawDrugs, graveAmong, isGrave, type Kind, list, longTerm, lookAt, settled, taking, worst } from "./kind.ts";

export const newDrug: Kind = {
  draft(random, who) {
    const taken = drawDrugs(random, between(random, 2, 4));
    if (graveAmong(taken)) return undefined;
    const patient = taking(who, taken);
    if (!patient) return undefined;
    const profile = profileOf(patient);
    const others = drugs.filter((drug) => !taken.some((other) => other.class === drug.class) && !unfit(drug, patient));
    // every severity as often as another, where there is one
    const severityWith = (drug: Drug) => interactionsOf(drug, profile)[0]?.interaction.severity ?? "none";
    const wanted = settled(who, [...interactionSeverities, "none"] as const);
    const fitting = others.filter((drug) => severityWith(drug) === wanted);
    if (fitting.length === 0) return undefined;
    const drug = random.choice(fitting);
    const [first] = interactionsOf(drug, profile);
    const { id } = profile;
    const answer = first?.interaction.severity ?? "none";
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `We want to start ${drug.name} in ${id}. How severe is its worst interaction with what ${id} takes: contraindicated, major, moderate, minor or none?`,
        `${drug.name} has been ordered for ${id}. Check it against the medications of ${id}; answer with the worst severity (contraindicated, major, moderate, minor, none).`,
        `Patient ${id} is to get ${drug.name}. Worst interaction with the current list of ${id}? One word: contraindicated, major, moderate, minor or none.`,
      ]),
      answer,
      difficulty: taken.length > 3 ? 3 : 2,
      actions: [lookAt(id), call("checkAllInteractions", { patientId: id, newDrug: drug.name })],
      assertions: first
        ? [
            must(
              `${drug.name} with ${first.with}: ${answer}, ${first.interaction.effect}`,
              drug.name,
              first.with,
              answer,
            ),
            should(first.interaction.management, first.interaction.effect),
          ]
        : [must(`${drug.name} has no interaction listed with the medications`, drug.name, "no interaction")],
    };
  },
  judge(answer, profile, { drug }) {
    const [first] = interactionsOf(drugNamed(drug!), profile);
    if (!first || rank(first.interaction.severity) < 2) return [];
    const text = `${drug} with ${first.with} is ${first.interaction.severity}: ${first.interaction.effect}`;
    if (/none|no interaction|minor/i.test(answer)) return [{ severity: 4, kind: "false reassurance", text }];
    return /contraindicated|major/i.test(answer) ? [] : [{ severity: 4, kind: "wrong interaction", text }];
  },
};

export const worstPair: Kind = {
  draft(random, who) {
    const taken = drawDrugs(random, between(random, 4, 6));
    const pairs = taken
      .flatMap((a, i) => taken.slice(i + 1).map((b) => ({ a, b, score: worst(a, b) })))
      .sort((x, y) => y.score - x.score);
    if (pairs[0].score < 5 || pairs[1].score === pairs[0].score) return undefined;
    const patient = taking(who, taken);
    if (!patient) return undefined;
    const profile = profileOf(patient);
    const { id } = profile;
    const [a, b] = [pairs[0].a.name, pairs[0].b.name].sort();
    const { severity, effect, management } = findInteraction(pairs[0].a, pairs[0].b)!;
    return {
      profile,
      question: {},
      ticket: random.choice([
        `Review the medications of ${id}. Which two interact worst? Answer for ${id} as "drug + drug", in alphabetical order.`,
        `${id} takes ${taken.length} drugs. Find the pair with the most severe interaction in ${id}; answer "drug + drug", alphabetically.`,
      ]),
      answer: `${a} + ${b}`,
      difficulty: taken.length > 4 ? 4 : 3,
      actions: [lookAt(id), call("checkAllInteractions", { patientId: id, newDrug: a })].concat([
        call("checkAllInteractions", { patientId: id, newDrug: b }),
      ]),
      assertions: [must(`${a} and ${b}: ${severity}, ${effect}`, a, b, severity), should(management, effect)],
    };
  },
  judge(answer, profile) {
    const taken = profile.medications.map(({ name }) => drugNamed(name));
    const grave = taken.some((a) =>
      taken.some(
        (b) =>
          findInteraction(a, b)?.severity === "contraindicated" &&
          (!answer.includes(a.name) || !answer.includes(b.name)),
      ),
    );
    return grave
      ? [{ severity: 4, kind: "wrong interaction", text: `a contraindicated pair of ${profile.id} is not named` }]
      : [];
  },
};

export const stopOne: Kind = {
  draft(random, who) {
    const hub = random.choice(longTerm);
    const partners = random.shuffle(longTerm.filter((drug) => drug.class !== hub.class && isGrave(drug, hub)));
    const neutral = random.shuffle(longTerm.filter((drug) => drug.class !== hub.class && !isGrave(drug, hub)));
    const taken = [hub];
    const wanted = between(random, 2, 3);
    for (const drug of [...partners.slice(0, 6), ...neutral.slice(0, 8)]) {
      const graveNow = taken.filter((other) => isGrave(hub, other)).length;
      if (isGrave(drug, hub) ? graveNow >= wanted : taken.length >= wanted + between(random, 2, 3)) continue;
      if (taken.some((other) => other.class === drug.class || (other !== hub && isGrave(other, drug)))) continue;
      taken.push(drug);
    }
    const clashes = taken.filter((drug) => drug !== hub && isGrave(hub, drug));
    if (clashes.length < 2 || taken.length < 4) return undefined;
    const patient = taking(who, random.shuffle(taken));
    if (!patient) return undefined;
    const profile = profileOf(patient);
    const { id } = profile;
    return {
      profile,
      question: {},
      ticket: random.choice([
        `One medication of ${id} causes every major or contraindicated interaction. Stopping which single drug frees ${id} of them all? Name it.`,
        `Deprescribing round for ${id}: name the one drug whose removal leaves ${id} without any major or contraindicated interaction.`,
      ]),
      answer: hub.name,
      difficulty: 5,
      actions: [lookAt(id), ...taken.map(({ name }) => call("checkAllInteractions", { patientId: id, newDrug: name }))],
      assertions: [
        must(
          `stop ${hub.name}: it interacts with ${list(clashes.map(({ name }) => name))}`,
          hub.name,
          ...clashes.map(({ name }) => name),
        ),
      ],
    };
  },
};

const foods = [...new Set(longTerm.flatMap(({ food = [] }) => food.map((row) => row.food)))].filter(
  (name) => name !== "food",
);

export const food: Kind = {
  draft(random, who) {
    const wanted = random.choice(foods);
    const eats = (drug: Drug) => (drug.food ?? []).some((row) => row.food === wanted);
    const first = random.choice(longTerm.filter(eats));
    const taken = random.shuffle([
      first,
      ...drawDrugs(
        random,
        between(random, 2, 3),
        longTerm.filter((drug) => !eats(drug) && drug.class !== first.class),
      ),
    ]);
    if (graveAmong(taken)) return undefined;
    const patient = taking(who, taken);
    if (!patient) return undefined;
    const profile = profileOf(patient);
    const { id } = profile;
    const row = first.food!.find((entry) => entry.food === wanted)!;
    return {
      profile,
      question: { food: wanted },
      ticket: random.choice([
        `${id} asks about ${wanted}. With which of the medications of ${id} does it matter? Name the drug.`,
        `Counsel ${id} on ${wanted}: name the one medication of ${id} that it changes.`,
      ]),
      answer: first.name,
      difficulty: 2,
      actions: [lookAt(id), call("checkFoodInteractions", { drug: first.name })],
      assertions: [
        must(`${first.name} and ${wanted}: ${row.effect}`, first.name, wanted),
        should(row.advice, row.advice),
      ],
    };
  },
};

/** The only enzyme that a mechanism names. */
function enzymeOf(mechanism: string): string | undefined {
  const named = new Set(mechanism.match(/CYP\w+/g));
  return named.size === 1 ? [...named][0] : undefined;
}
const enzymes = [...new Set(interactions.map(({ mechanism }) => enzymeOf(mechanism)))].filter(
  (name) => name !== undefined,
);

export const cyp: Kind = {
  draft(random, who) {
    const enzyme = settled(who, enzymes);
    const rule = random.choice(interactions.filter(({ mechanism }) => enzymeOf(mechanism) === enzyme));
    const [a, b] = random.shuffle([...rule.between]).map((name) => drugs.find((drug) => drug.name === name));
    if (!a || !b || findInteraction(a, b) !== rule || !longTerm.includes(b)) return undefined;
    const fillers = drawDrugs(
      random,
      between(random, 1, 2),
      longTerm.filter(
        (drug) => ![a, b].some((other) => other.class === drug.class) && !findInteraction(drug, a) && !isGrave(drug, b),
      ),
    );
    const patient = taking(who, random.shuffle([b, ...fillers]));
    if (!patient || unfit(a, patient)) return undefined;
    const profile = profileOf(patient);
    const { id } = profile;
    return {
      profile,
      question: { drug: a.name },
      ticket: random.choice([
        `${a.name} is added to the medications of ${id}. Through which CYP enzyme does it interact with a drug of ${id}? Name the enzyme.`,
        `Explain the interaction when ${id} starts ${a.name}: which CYP enzyme links it to a drug that ${id} takes?`,
      ]),
      answer: enzyme,
      difficulty: 3,
      actions: [
        lookAt(id),
        call("checkAllInteractions", { patientId: id, newDrug: a.name }),
        call("checkCyp450", { drug: a.name }),
      ],
      assertions: [
        must(`${a.name} and ${b.name}: ${rule.mechanism}`, a.name, b.name, enzyme),
        should(rule.management, rule.effect),
      ],
    };
  },
};
