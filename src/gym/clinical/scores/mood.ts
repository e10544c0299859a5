import { z } from "zod";
import { band, calculator } from "./score.ts";

const answers = (count: number) =>
  z
    .array(z.int().min(0).max(3))
    .length(count)
    .describe("one number an item: 0 not at all, 1 several days, 2 more than half the days, 3 nearly every day");

const breakdown = (items: readonly number[]) => Object.fromEntries(items.map((value, i) => [`item ${i + 1}`, value]));

export const phq9 = calculator({
  name: "PHQ-9",
  title: "Severity of depression",
  source: "Kroenke K et al., J Gen Intern Med 2001;16:606",
  parameters: { items: answers(9) },
  rate: ({ items }) => ({
    breakdown: breakdown(items),
    grade(score) {
      const step = band(score, [[20, 4], [15, 3], [10, 2], [5, 1]], 0); // biome-ignore format: a table
      const advice = [
        "none",
        "watch and repeat",
        "plan treatment",
        "treat: drug, psychotherapy or both",
        "treat at once; psychiatrist",
      ];
      const suicide = items[8] > 0 ? "; item 9 is positive: assess the risk of suicide now" : "";
      return {
        risk: ["minimal", "mild", "moderate", "moderately severe", "severe"][step],
        recommendation: `${advice[step]}${suicide}`,
      };
    },
  }),
});

export const gad7 = calculator({
  name: "GAD-7",
  title: "Severity of anxiety",
  source: "Spitzer RL et al., Arch Intern Med 2006;166:1092",
  parameters: { items: answers(7) },
  rate: ({ items }) => ({
    breakdown: breakdown(items),
    grade(score) {
      const step = band(score, [[15, 3], [10, 2], [5, 1]], 0); // biome-ignore format: a table
      return {
        risk: ["minimal", "mild", "moderate", "severe"][step],
        recommendation: ["none", "watch and repeat", "evaluate further", "treat"][step],
      };
    },
  }),
});
