import { z } from "zod";
import { calculator, yes } from "./score.ts";

export const cha2ds2Vasc = calculator({
  name: "CHA2DS2-VASc",
  title: "Risk of stroke in atrial fibrillation",
  source: "Lip GYH et al., Chest 2010;137:263; advice of the ESC guideline 2020",
  parameters: {
    heartFailure: yes("heart failure or left ventricular dysfunction"),
    hypertension: yes("known or treated"),
    age: z.number().min(0).describe("years"),
    diabetes: yes("known or treated"),
    strokeOrTia: yes("stroke, TIA or systemic embolism in the past"),
    vascularDisease: yes("myocardial infarction, peripheral artery disease or aortic plaque"),
    sex: z.enum(["female", "male"]),
  },
  rate: ({ heartFailure, hypertension, age, diabetes, strokeOrTia, vascularDisease, sex }) => ({
    breakdown: {
      "congestive heart failure": Number(heartFailure),
      hypertension: Number(hypertension),
      "age >= 75": age >= 75 ? 2 : 0,
      diabetes: Number(diabetes),
      "stroke or TIA": strokeOrTia ? 2 : 0,
      "vascular disease": Number(vascularDisease),
      "age 65-74": Number(age >= 65 && age < 75),
      "female sex": Number(sex === "female"),
    },
    grade(score) {
      const others = score - Number(sex === "female");
      if (others === 0) return { risk: "low", recommendation: "no antithrombotic treatment" };
      if (others === 1)
        return { risk: "intermediate", recommendation: "consider anticoagulation, weighing the risk of bleeding" };
      return { risk: "high", recommendation: "oral anticoagulation, preferably a direct oral anticoagulant" };
    },
  }),
});

export const hasBled = calculator({
  name: "HAS-BLED",
  title: "Risk of major bleeding under anticoagulation",
  source: "Pisters R et al., Chest 2010;138:1093",
  parameters: {
    systolic: z.number().min(0).describe("mmHg"),
    abnormalRenal: yes("dialysis, transplant or creatinine >= 200 umol/L"),
    abnormalLiver: yes("cirrhosis, bilirubin > 2 x or transaminases > 3 x the upper limit"),
    stroke: yes("in the past"),
    bleeding: yes("major bleeding in the past, or a predisposition such as anaemia"),
    labileInr: yes("under warfarin, less than 60 % of time in range"),
    age: z.number().min(0).describe("years"),
    antiplateletOrNsaid: yes("takes one"),
    alcohol: yes("8 drinks a week or more"),
  },
  rate: ({
    systolic,
    abnormalRenal,
    abnormalLiver,
    stroke,
    bleeding,
    labileInr,
    age,
    antiplateletOrNsaid,
    alcohol,
  }) => ({
    breakdown: {
      "systolic > 160 mmHg": Number(systolic > 160),
      "abnormal renal function": Number(abnormalRenal),
      "abnormal liver function": Number(abnormalLiver),
      stroke: Number(stroke),
      bleeding: Number(bleeding),
      "labile INR": Number(labileInr),
      "age > 65": Number(age > 65),
      "antiplatelet or NSAID": Number(antiplateletOrNsaid),
      alcohol: Number(alcohol),
    },
    grade: (score) =>
      score >= 3
        ? {
            risk: "high",
            recommendation: "correct what can be corrected and review often; no reason by itself to withhold",
          }
        : { risk: score === 2 ? "moderate" : "low", recommendation: "usual follow-up" },
  }),
});
