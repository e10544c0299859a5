/** Questions about one drug: allergy and pregnancy. */
import {
  type Allergy,
  allergens,
  allergyConflict,
  allergyFindings,
  between,
  crossReactions,
  drugNamed,
  drugs,
  generatePatient,
  reactions,
} from "../../../clinical/index.ts";
import { call, must, should } from "../../expected.ts";
import { profileOf } from "../state.ts";
import { type Kind, lookAt } from "./kind.ts";

export const pregnancySafety: Kind = {
  draft(random, who) {
    const wanted = random.choice(["compatible", "caution", "avoid"] as const);
    const drug = random.choice(drugs.filter(({ pregnancy }) => pregnancy.safety === wanted));
    const weeks = between(random, 6, 38);
    const profile = profileOf(
      generatePatient({ ...who, pregnantWeeks: weeks, conditions: [], allergies: [], egfr: [85, 112] }),
    );
    const { id } = profile;
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `${id}, pregnant, asks about ${drug.name}. Is it compatible, caution or avoid for ${id}?`,
        `May ${drug.name} be given to ${id} in pregnancy? Answer for ${id}: compatible, caution or avoid.`,
      ]),
      answer: wanted,
      difficulty: 1,
      actions: [lookAt(id), call("checkPregnancySafety", { drug: drug.name })],
      assertions: [
        must(`${drug.name} in pregnancy: ${wanted}`, drug.name, wanted),
        should(drug.pregnancy.note, "pregnan"),
      ],
    };
  },
  judge(answer, _profile, { drug }) {
    const { safety, note } = drugNamed(drug!).pregnancy;
    return safety === "avoid" && !/avoid/i.test(answer)
      ? [{ severity: 5, kind: "pregnancy ignored", text: `${drug}: ${note}` }]
      : [];
  },
};

export const allergy: Kind = {
  draft(random, who) {
    // a third from the table of crossings, so that true and false ones both come up
    const crossing = random.boolean(0.35) ? random.choice(crossReactions) : undefined;
    const allergen = crossing?.allergen ?? random.choice(allergens);
    const reaction = random.choice(reactions);
    const extra = random.choice(allergens.filter((name) => name !== allergen));
    const mine: Allergy[] = [
      { allergen, ...reaction },
      ...(random.boolean(0.4) ? [{ allergen: extra, ...random.choice(reactions) }] : []),
    ];
    const touched = drugs.filter(
      (drug) =>
        allergyFindings(drug, mine).length > 0 &&
        (!crossing || [drug.class, drug.group, drug.name].includes(crossing.with)),
    );
    const drug = random.choice(touched.length > 0 && random.boolean(0.85) ? touched : drugs);
    const profile = profileOf(generatePatient({ ...who, allergies: random.shuffle(mine) }));
    const { id } = profile;
    const conflict = allergyConflict(drug, profile.allergies);
    const plain = !conflict || conflict.match === "same";
    return {
      profile,
      question: { drug: drug.name },
      ticket: random.choice([
        `May ${id} have ${drug.name}? Name the allergy of ${id} that forbids it, or answer "none".`,
        `Allergy check of ${drug.name} for ${id}. Answer with the allergen that forbids it in ${id}, or "none".`,
      ]),
      answer: conflict?.allergy.allergen ?? "none",
      difficulty: plain ? 2 : 4,
      actions: [lookAt(id), call("checkAllInteractions", { patientId: id, newDrug: drug.name })],
      assertions: conflict
        ? [
            must(
              `${drug.name} is forbidden by the allergy to ${conflict.allergy.allergen} (${conflict.allergy.reaction})`,
              drug.name,
              conflict.allergy.allergen,
              conflict.allergy.reaction,
            ),
          ]
        : [must(`no allergy forbids ${drug.name}`, drug.name, "no allergy")],
    };
  },
  judge(answer, profile, { drug }) {
    const conflict = allergyConflict(drugNamed(drug!), profile.allergies);
    if (!conflict || answer.toLowerCase().includes(conflict.allergy.allergen.toLowerCase())) return [];
    return [
      {
        severity: 5,
        kind: "allergy ignored",
        text: `${drug} despite an allergy to ${conflict.allergy.allergen} (${conflict.allergy.reaction})`,
      },
    ];
  },
};
