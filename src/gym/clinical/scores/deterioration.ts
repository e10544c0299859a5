import { z } from "zod";
import { band, calculator, yes } from "./score.ts";

/** Saturation scale 1; scale 2 is for patients with hypercapnic failure and a prescribed target of 88 to 92 %. */
function saturationPoints(value: number, scale2: boolean, oxygen: boolean): number {
  if (!scale2) return band(value, [[96, 0], [94, 1], [92, 2]], 3); // biome-ignore format: a table
  if (value >= 93 && oxygen) return band(value, [[97, 3], [95, 2]], 1); // biome-ignore format: a table
  return band(value, [[88, 0], [86, 1], [84, 2]], 3); // biome-ignore format: a table
}

export const news2 = calculator({
  name: "NEWS2",
  title: "Acute deterioration on a ward",
  source: "Royal College of Physicians, National Early Warning Score 2, 2017",
  parameters: {
    respiratoryRate: z.number().min(0).describe("per minute"),
    oxygenSaturation: z.number().min(0).max(100).describe("%"),
    hypercapnicFailure: yes("target saturation 88 to 92 %: scale 2"),
    supplementalOxygen: yes("breathes oxygen"),
    systolic: z.number().min(0).describe("mmHg"),
    heartRate: z.number().min(0).describe("per minute"),
    newConfusionOrLess: yes("new confusion, or reacts only to voice or pain, or not at all"),
    temperature: z.number().describe("degrees C"),
  },
  rate(items) {
    // limits between the chart's rows: rates are whole numbers, temperatures have one decimal
    const breakdown = {
      respiratoryRate: band(items.respiratoryRate, [[25, 3], [21, 2], [12, 0], [9, 1]], 3),
      oxygenSaturation: saturationPoints(items.oxygenSaturation, items.hypercapnicFailure, items.supplementalOxygen),
      supplementalOxygen: items.supplementalOxygen ? 2 : 0,
      systolic: band(items.systolic, [[220, 3], [111, 0], [101, 1], [91, 2]], 3),
      heartRate: band(items.heartRate, [[131, 3], [111, 2], [91, 1], [51, 0], [41, 1]], 3),
      consciousness: items.newConfusionOrLess ? 3 : 0,
      temperature: band(items.temperature, [[39.1, 2], [38.1, 1], [36.1, 0], [35.1, 1]], 3),
    }; // biome-ignore format: tables
    const single = Object.entries(breakdown).some(([item, points]) => points === 3 && item !== "supplementalOxygen");
    return {
      breakdown,
      grade(score) {
        if (score >= 7)
          return { risk: "high", recommendation: "emergency call: critical care team, monitor continuously" };
        if (score >= 5) return { risk: "medium", recommendation: "urgent review by the ward's doctor, observe hourly" };
        return single
          ? { risk: "low to medium", recommendation: "review by the ward's doctor, observe hourly" }
          : { risk: "low", recommendation: score === 0 ? "observe every 12 hours" : "observe every 4 to 6 hours" };
      },
    };
  },
});
