import { z } from "zod";
import { band, calculator, yes } from "./score.ts";

/** Limits of the danger zone by age in years, from old to young: above them level 2 is considered. */
export const dangerZone = [
  { fromYears: 8, heartRate: 100, respiratoryRate: 20 },
  { fromYears: 3, heartRate: 140, respiratoryRate: 30 },
  { fromYears: 0.25, heartRate: 160, respiratoryRate: 40 },
  { fromYears: 0, heartRate: 180, respiratoryRate: 50 },
] as const;

/** Decision points A to D. Two deviations: saturation below 92 % counts at any age; what is to be considered at point D is done. */
export const esi = calculator({
  name: "ESI",
  title: "Emergency Severity Index: level 1 (at once) to 5 (no resource)",
  source: "Gilboy N et al., Emergency Severity Index, version 4, AHRQ 12-0014, 2011",
  parameters: {
    lifesavingIntervention: yes("A: needs one at once: airway, breathing, circulation, antidote"),
    highRiskSituation: yes("B: should not wait"),
    newConfusion: yes("B: newly confused, lethargic or disoriented"),
    severePainOrDistress: yes("B: 7 of 10 or more, as judged at the bedside"),
    resources: z.int().min(0).describe("C: how many kinds of resources will be needed"),
    ageYears: z.number().min(0),
    heartRate: z.number().min(0).describe("per minute"),
    respiratoryRate: z.number().min(0).describe("per minute"),
    oxygenSaturation: z.number().min(0).max(100).describe("%"),
  },
  rate(items) {
    const limits = dangerZone.find(({ fromYears }) => items.ageYears >= fromYears)!;
    const inDanger =
      items.heartRate > limits.heartRate ||
      items.respiratoryRate > limits.respiratoryRate ||
      items.oxygenSaturation < 92;
    const isUrgent = items.highRiskSituation || items.newConfusion || items.severePainOrDistress;
    const byResources = band(items.resources, [[2, inDanger ? 2 : 3], [1, 4]], 5); // biome-ignore format: a table
    const score = items.lifesavingIntervention ? 1 : isUrgent ? 2 : byResources;
    return {
      breakdown: {
        lifesavingIntervention: Number(items.lifesavingIntervention),
        urgent: Number(isUrgent),
        resources: items.resources,
        dangerZone: Number(inDanger),
      },
      score,
      grade: (level) => ({
        risk: ["resuscitation", "emergent", "urgent", "less urgent", "non-urgent"][level - 1],
        recommendation: [
          "a team at once",
          "a bed and a doctor within 10 minutes",
          "may wait, look again",
          "fast track",
          "fast track or waiting room",
        ][level - 1],
      }),
    };
  },
});
