import { z } from "zod";
import { calculator, yes } from "./score.ts";

/** The version of 2003 with previous DVT as an item and two classes. */
export const wellsDvt = calculator({
  name: "Wells DVT",
  title: "Probability of deep vein thrombosis",
  source: "Wells PS et al., N Engl J Med 2003;349:1227",
  parameters: {
    activeCancer: yes("treatment now, within 6 months, or palliative"),
    paralysisOrPlaster: yes("paralysis, paresis or recent plaster of the leg"),
    bedriddenOrSurgery: yes("in bed 3 days or more, or major surgery within 12 weeks"),
    localisedTenderness: yes("along the deep veins"),
    entireLegSwollen: yes("the whole leg is swollen"),
    calfSwelling: yes("calf more than 3 cm larger than the other, 10 cm below the tibial tuberosity"),
    pittingOedema: yes("confined to the symptomatic leg"),
    collateralVeins: yes("superficial, not varicose"),
    previousDvt: yes("documented"),
    alternativeAsLikely: yes("another diagnosis is at least as likely"),
  },
  rate: ({ alternativeAsLikely, ...items }) => ({
    breakdown: {
      ...Object.fromEntries(Object.entries(items).map(([item, present]) => [item, Number(present)])),
      alternativeAsLikely: alternativeAsLikely ? -2 : 0,
    },
    grade: (score) =>
      score >= 2
        ? { risk: "DVT likely", recommendation: "compression ultrasound of the leg; anticoagulate if it must wait" }
        : { risk: "DVT unlikely", recommendation: "D-dimer; ultrasound only if it is raised" },
  }),
});

const wellsPePoints = {
  signsOfDvt: 3,
  peMostLikely: 3,
  heartRateOver100: 1.5,
  immobilisationOrSurgery: 1.5,
  previousDvtOrPe: 1.5,
  haemoptysis: 1,
  malignancy: 1,
} as const;

export const wellsPe = calculator({
  name: "Wells PE",
  title: "Probability of pulmonary embolism",
  source: "Wells PS et al., Thromb Haemost 2000;83:416; two classes as in van Belle A et al., JAMA 2006;295:172",
  parameters: {
    signsOfDvt: yes("leg swelling and pain on palpation of the deep veins"),
    peMostLikely: yes("another diagnosis is less likely than PE"),
    heartRate: z.number().min(0).describe("per minute"),
    immobilisationOrSurgery: yes("in bed 3 days or more, or surgery, within 4 weeks"),
    previousDvtOrPe: yes("documented"),
    haemoptysis: yes("coughing blood"),
    malignancy: yes("treated within 6 months or palliative"),
  },
  rate({ heartRate, ...items }) {
    const present = { ...items, heartRateOver100: heartRate > 100 };
    const names = Object.keys(wellsPePoints) as (keyof typeof wellsPePoints)[];
    return {
      breakdown: Object.fromEntries(names.map((name) => [name, present[name] ? wellsPePoints[name] : 0])),
      grade: (score) =>
        score > 4
          ? { risk: "PE likely", recommendation: "CT pulmonary angiography; anticoagulate if it must wait" }
          : { risk: "PE unlikely", recommendation: "D-dimer; CT pulmonary angiography only if it is raised" },
    };
  },
});
