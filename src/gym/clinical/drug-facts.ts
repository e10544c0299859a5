/**
 * What the gym knows of a drug beyond `data/clinical`'s dose tables. Simplified for teaching software: never for care.
 *
 * Sources: FDA and EMA/UK product labels (mechanism, contraindications, adjustment to liver function, half-life, pregnancy), FDA
 * "Drug development and drug interactions: table of substrates, inhibitors and inducers" (CYP), CredibleMeds (QT), BNF (food,
 * usual maximum). Pregnancy letters are FDA's of before 2015, left out where a drug never had one; `safety` is today's advice.
 */

import type { Drug as DosedDrug } from "../../data/clinical/tables.ts";

/** `caution`: no data or closer watching, dose unchanged. */
export type HepaticAdvice = "usual dose" | "caution" | "reduce dose" | "avoid";
export type PregnancySafety = "compatible" | "caution" | "avoid";
export type Enzyme = "CYP1A2" | "CYP2B6" | "CYP2C8" | "CYP2C9" | "CYP2C19" | "CYP2D6" | "CYP2E1" | "CYP3A4";
export type Strength = "weak" | "moderate" | "strong";
/** Properties that interactions go by. */
export type Tag =
  | "QT-prolonging" | "serotonergic" | "sedating" | "raises potassium" | "nephrotoxic" | "P-gp inhibitor" | "P-gp inducer"; // biome-ignore format: a list

export interface FoodInteraction {
  food: string;
  effect: string;
  advice: string;
}

/** A level to measure, or the test that stands for it. */
export interface Monitoring {
  measure: string;
  range: readonly [low: number, high: number];
  unit: string;
  /** When the sample is taken. */
  sample: string;
  toxicity: string;
}

export interface DrugFacts {
  /** Finer than `class`. */
  group: string;
  mechanism: string;
  indications: readonly string[];
  /** Names of conditions where there is one of that name, so that records can be checked. */
  contraindications: readonly string[];
  sideEffects: readonly string[];
  /** Usual adult maximum a day; for weekly drugs, of one dose. */
  maxDailyMg?: number;
  /** Child-Pugh A, B, C. */
  hepatic: readonly [HepaticAdvice, HepaticAdvice, HepaticAdvice];
  pregnancy: { category?: "A" | "B" | "C" | "D" | "X"; safety: PregnancySafety; note: string };
  /** Enzymes that matter for the clearance of the drug, not every one that takes part. */
  cyp?: {
    substrate?: readonly Enzyme[];
    inhibits?: Partial<Record<Enzyme, Strength>>;
    induces?: readonly Enzyme[];
  };
  /** Elimination half-life in plasma, adults with normal organs. */
  halfLifeHours?: readonly [low: number, high: number];
  food?: readonly FoodInteraction[];
  monitoring?: Monitoring;
  tags?: readonly Tag[];
  /** Where `data/clinical` has none. */
  renal?: DosedDrug["renal"];
}

export const usual = "usual dose";
export const caution = "caution";
export const reduce = "reduce dose";
export const avoid = "avoid";
export const always = [usual, usual, usual] as const;
export const reduced = [reduce, reduce, reduce] as const;
export const never = [avoid, avoid, avoid] as const;
export const watched = [caution, caution, caution] as const;

export const od = "once daily";
export const bd = "twice daily";
export const tds = "three times daily";
export const qds = "four times daily";
/** A row of a renal table: from this eGFR on. */
export const step = (from: number, dose: string, frequency: string) => ({ from, dose, frequency });
export const stop = { from: 0, avoid: true } as const;

export const p = (category: DrugFacts["pregnancy"]["category"], safety: PregnancySafety, note: string) => ({
  category,
  safety,
  note,
});
export const f = (food: string, effect: string, advice: string): FoodInteraction => ({ food, effect, advice });
export const alcoholSedation = f("alcohol", "adds to sedation", "avoid alcohol");
export const grapefruit = (effect = "raises the level of the drug") => f("grapefruit", effect, "avoid grapefruit");
const aceBaby = p("D", "avoid", "harms the kidneys of the fetus in the second and third trimester");
const nsaidBaby = p("C", "avoid", "avoid from 20 weeks: low amniotic fluid, closure of the ductus arteriosus");
export const statinBaby = p("X", "avoid", "stop in pregnancy: no benefit over its time, fetal risk not excluded");
const saltSubstitute = f("potassium salt substitutes", "raises potassium", "avoid salt substitutes");

// biome-ignore format: a table
/** For the drugs of `data/clinical/tables.ts`, by name. */
export const drugFacts: Readonly<Record<string, DrugFacts>> = {
  amoxicillin: { group: "aminopenicillin", mechanism: "inhibits bacterial cell wall synthesis", indications: ["pneumonia", "otitis media", "sinusitis"],
    contraindications: [], sideEffects: ["diarrhoea", "rash", "nausea"], maxDailyMg: 3000, hepatic: always, pregnancy: p("B", "compatible", "long experience without harm"), halfLifeHours: [1, 1.5],
    renal: [step(30, "500 mg", tds), step(10, "500 mg", bd), step(0, "500 mg", od)] },
  flucloxacillin: { group: "penicillinase-resistant penicillin", mechanism: "inhibits bacterial cell wall synthesis", indications: ["cellulitis", "staphylococcal infection"],
    contraindications: ["previous flucloxacillin jaundice"], sideEffects: ["nausea", "rash", "cholestatic jaundice"], maxDailyMg: 8000, hepatic: [usual, caution, caution],
    pregnancy: p(undefined, "compatible", "long experience without harm"), halfLifeHours: [0.75, 1], food: [f("food", "reduces absorption", "take on an empty stomach")] },
  ampicillin: { group: "aminopenicillin", mechanism: "inhibits bacterial cell wall synthesis", indications: ["meningitis by listeria", "endocarditis"],
    contraindications: [], sideEffects: ["diarrhoea", "rash"], maxDailyMg: 12000, hepatic: always, pregnancy: p("B", "compatible", "long experience without harm"), halfLifeHours: [1, 1.5] },
  cefalexin: { group: "first-generation cephalosporin", mechanism: "inhibits bacterial cell wall synthesis", indications: ["urinary tract infection", "cellulitis"],
    contraindications: [], sideEffects: ["diarrhoea", "nausea", "rash"], maxDailyMg: 4000, hepatic: always, pregnancy: p("B", "compatible", "no evidence of harm"), halfLifeHours: [0.5, 1.2],
    renal: [step(30, "500 mg", bd), step(15, "250 mg", bd), step(0, "250 mg", od)] },
  ceftriaxone: { group: "third-generation cephalosporin", mechanism: "inhibits bacterial cell wall synthesis", indications: ["meningitis", "pneumonia", "pyelonephritis"],
    contraindications: [], sideEffects: ["diarrhoea", "biliary sludge", "rash"], maxDailyMg: 4000, hepatic: always, pregnancy: p("B", "compatible", "no evidence of harm"), halfLifeHours: [6, 9] },
  ciprofloxacin: { group: "fluoroquinolone", mechanism: "inhibits bacterial DNA gyrase", indications: ["pyelonephritis", "prostatitis"],
    contraindications: ["myasthenia gravis"], sideEffects: ["tendon rupture", "nausea", "QT prolongation"], maxDailyMg: 1500, hepatic: always, pregnancy: p("C", "avoid", "cartilage damage in animals; use alternatives"),
    cyp: { inhibits: { CYP1A2: "strong" } }, halfLifeHours: [3, 5], food: [f("dairy products", "reduces absorption", "take 2 hours before or 6 hours after dairy")], tags: ["QT-prolonging"] },
  levofloxacin: { group: "fluoroquinolone", mechanism: "inhibits bacterial DNA gyrase", indications: ["pneumonia", "pyelonephritis"],
    contraindications: ["myasthenia gravis", "epilepsy"], sideEffects: ["tendon rupture", "QT prolongation", "nausea"], maxDailyMg: 1000, hepatic: always,
    pregnancy: p("C", "avoid", "cartilage damage in animals; use alternatives"), halfLifeHours: [6, 8], food: [f("mineral supplements", "reduces absorption", "take 2 hours apart")], tags: ["QT-prolonging"] },
  azithromycin: { group: "macrolide", mechanism: "inhibits bacterial protein synthesis at 50S", indications: ["atypical pneumonia", "chlamydia"],
    contraindications: [], sideEffects: ["diarrhoea", "nausea", "QT prolongation"], maxDailyMg: 1000, hepatic: [usual, usual, caution], pregnancy: p("B", "compatible", "used where a macrolide is needed"),
    halfLifeHours: [60, 72], tags: ["QT-prolonging"] },
  clarithromycin: { group: "macrolide", mechanism: "inhibits bacterial protein synthesis at 50S", indications: ["pneumonia", "Helicobacter pylori"],
    contraindications: [], sideEffects: ["taste disturbance", "diarrhoea", "QT prolongation"], maxDailyMg: 1000, hepatic: [usual, usual, caution], pregnancy: p("C", "caution", "only if alternatives are unsuitable, above all in the first trimester"),
    cyp: { substrate: ["CYP3A4"], inhibits: { CYP3A4: "strong" } }, halfLifeHours: [5, 7], tags: ["QT-prolonging", "P-gp inhibitor"] },
  "co-trimoxazole": { group: "sulfonamide with trimethoprim", mechanism: "blocks two steps of bacterial folate synthesis", indications: ["Pneumocystis pneumonia", "urinary tract infection"],
    contraindications: ["folate deficiency anaemia", "hyperkalaemia"], sideEffects: ["rash", "hyperkalaemia", "bone marrow suppression"], maxDailyMg: 1920, hepatic: [usual, caution, avoid],
    pregnancy: p("D", "avoid", "folate antagonist in the first trimester; kernicterus near term"), cyp: { inhibits: { CYP2C9: "weak", CYP2C8: "moderate" } }, halfLifeHours: [8, 11], tags: ["raises potassium"] },
  doxycycline: { group: "tetracycline", mechanism: "inhibits bacterial protein synthesis at 30S", indications: ["chlamydia", "exacerbation of COPD", "Lyme disease"],
    contraindications: ["pregnancy"], sideEffects: ["oesophagitis", "photosensitivity", "nausea"], maxDailyMg: 200, hepatic: [usual, caution, caution], pregnancy: p("D", "avoid", "stains teeth and slows bone growth from the second trimester"),
    halfLifeHours: [16, 22], food: [f("dairy products", "reduces absorption", "take 2 hours apart")] },
  nitrofurantoin: { group: "nitrofuran", mechanism: "damages bacterial DNA after reduction", indications: ["lower urinary tract infection"],
    contraindications: ["G6PD deficiency"], sideEffects: ["nausea", "pulmonary fibrosis", "neuropathy"], maxDailyMg: 400, hepatic: [usual, usual, caution], pregnancy: p("B", "caution", "usable until 37 weeks; avoid at term: haemolysis of the newborn"),
    halfLifeHours: [0.3, 1], food: [f("food", "improves absorption and tolerance", "take with food")] },
  metronidazole: { group: "nitroimidazole", mechanism: "breaks the DNA of anaerobes", indications: ["anaerobic infection", "bacterial vaginosis", "Clostridioides difficile"],
    contraindications: [], sideEffects: ["metallic taste", "nausea", "neuropathy"], maxDailyMg: 4000, hepatic: [usual, usual, reduce], pregnancy: p("B", "caution", "avoid high doses; label advises against the first trimester in trichomoniasis"),
    cyp: { inhibits: { CYP2C9: "weak" } }, halfLifeHours: [6, 10], food: [f("alcohol", "flushing and vomiting", "avoid alcohol until 3 days after")] },
  aciclovir: { group: "nucleoside analogue", mechanism: "inhibits herpes DNA polymerase", indications: ["herpes zoster", "herpes simplex"],
    contraindications: [], sideEffects: ["headache", "crystal nephropathy", "nausea"], maxDailyMg: 4000, hepatic: always, pregnancy: p("B", "compatible", "registry data without harm"), halfLifeHours: [2.5, 3.3], tags: ["nephrotoxic"] },
  fluconazole: { group: "triazole", mechanism: "inhibits fungal ergosterol synthesis", indications: ["candidiasis", "cryptococcal meningitis"],
    contraindications: ["long QT syndrome"], sideEffects: ["headache", "raised transaminases", "QT prolongation"], maxDailyMg: 800, hepatic: watched, pregnancy: p("D", "avoid", "malformations after high doses in the first trimester"),
    cyp: { inhibits: { CYP2C9: "moderate", CYP2C19: "strong", CYP3A4: "moderate" } }, halfLifeHours: [20, 50], tags: ["QT-prolonging"] },
  ibuprofen: { group: "propionic acid NSAID", mechanism: "inhibits cyclo-oxygenase 1 and 2", indications: ["osteoarthritis", "pain", "fever"],
    contraindications: ["peptic ulcer disease", "heart failure"], sideEffects: ["stomach ulcer", "kidney injury", "fluid retention"], maxDailyMg: 2400, hepatic: [caution, caution, avoid], pregnancy: nsaidBaby,
    cyp: { substrate: ["CYP2C9"] }, halfLifeHours: [1.8, 2.2], food: [f("food", "less irritation of the stomach", "take with food")], tags: ["nephrotoxic"] },
  naproxen: { group: "propionic acid NSAID", mechanism: "inhibits cyclo-oxygenase 1 and 2", indications: ["osteoarthritis", "gout", "migraine"],
    contraindications: ["peptic ulcer disease", "heart failure"], sideEffects: ["stomach ulcer", "kidney injury", "fluid retention"], maxDailyMg: 1250, hepatic: [caution, caution, avoid], pregnancy: nsaidBaby,
    cyp: { substrate: ["CYP1A2", "CYP2C9"] }, halfLifeHours: [12, 17], food: [f("food", "less irritation of the stomach", "take with food")], tags: ["nephrotoxic"] },
  diclofenac: { group: "acetic acid NSAID", mechanism: "inhibits cyclo-oxygenase 1 and 2", indications: ["rheumatoid arthritis", "renal colic"],
    contraindications: ["peptic ulcer disease", "heart failure", "angina", "stroke"], sideEffects: ["stomach ulcer", "kidney injury", "myocardial infarction"], maxDailyMg: 150, hepatic: [caution, caution, avoid], pregnancy: nsaidBaby,
    cyp: { substrate: ["CYP2C9"] }, halfLifeHours: [1, 2], food: [f("food", "less irritation of the stomach", "take with food")], tags: ["nephrotoxic"],
    renal: [step(30, "50 mg", tds), stop] },
  paracetamol: { group: "aniline analgesic", mechanism: "central inhibition of prostaglandin synthesis", indications: ["pain", "fever"],
    contraindications: [], sideEffects: ["liver injury in overdose"], maxDailyMg: 4000, hepatic: reduced, pregnancy: p("B", "compatible", "first choice for pain and fever"),
    cyp: { substrate: ["CYP2E1", "CYP1A2"] }, halfLifeHours: [1, 4], food: [f("alcohol", "adds to liver injury", "at most 2 g a day with regular heavy drinking")] },
  morphine: { group: "strong opioid", mechanism: "agonist at mu opioid receptors", indications: ["severe pain", "breathlessness in palliative care"],
    contraindications: ["respiratory depression", "paralytic ileus"], sideEffects: ["constipation", "sedation", "respiratory depression"], hepatic: [caution, reduce, reduce], pregnancy: p("C", "caution", "withdrawal and respiratory depression of the newborn near term"),
    halfLifeHours: [2, 4], food: [alcoholSedation], tags: ["sedating"],
    renal: [step(30, "10 mg", "every 4 hours"), stop] },
  codeine: { group: "weak opioid", mechanism: "prodrug of morphine by CYP2D6", indications: ["moderate pain", "cough"],
    contraindications: ["respiratory depression", "paralytic ileus", "breastfeeding"], sideEffects: ["constipation", "sedation", "nausea"], maxDailyMg: 240, hepatic: [caution, reduce, avoid], pregnancy: p("C", "caution", "withdrawal and respiratory depression of the newborn near term"),
    cyp: { substrate: ["CYP2D6", "CYP3A4"] }, halfLifeHours: [2.5, 4], food: [alcoholSedation], tags: ["sedating"],
    renal: [step(30, "30 mg", qds), stop] },
  tramadol: { group: "weak opioid", mechanism: "mu agonist that blocks serotonin and noradrenaline reuptake", indications: ["moderate pain"],
    contraindications: ["epilepsy"], sideEffects: ["nausea", "seizures", "serotonin syndrome"], maxDailyMg: 400, hepatic: [usual, usual, reduce], pregnancy: p("C", "caution", "withdrawal of the newborn after long use"),
    cyp: { substrate: ["CYP2D6", "CYP3A4"] }, halfLifeHours: [6, 7], food: [alcoholSedation], tags: ["serotonergic", "sedating"] },
  gabapentin: { group: "gabapentinoid", mechanism: "binds the alpha-2-delta subunit of calcium channels", indications: ["neuropathic pain", "focal seizures"],
    contraindications: [], sideEffects: ["dizziness", "sedation", "oedema"], maxDailyMg: 3600, hepatic: always, pregnancy: p("C", "caution", "only if the benefit outweighs the risk"), halfLifeHours: [5, 7], food: [alcoholSedation], tags: ["sedating"] },
  carbamazepine: { group: "sodium channel blocker", mechanism: "blocks voltage-gated sodium channels", indications: ["focal seizures", "trigeminal neuralgia"],
    contraindications: ["AV block", "bone marrow suppression"], sideEffects: ["hyponatraemia", "rash", "agranulocytosis"], maxDailyMg: 1600, hepatic: watched, pregnancy: p("D", "avoid", "neural tube defects; prefer lamotrigine or levetiracetam"),
    cyp: { substrate: ["CYP3A4"], induces: ["CYP3A4", "CYP1A2", "CYP2C9"] }, halfLifeHours: [12, 17], food: [grapefruit()],
    monitoring: { measure: "carbamazepine", range: [4, 12], unit: "mg/L", sample: "trough, before the morning dose", toxicity: "ataxia, double vision, drowsiness" }, tags: ["P-gp inducer"] },
  phenytoin: { group: "sodium channel blocker", mechanism: "blocks voltage-gated sodium channels", indications: ["focal seizures", "status epilepticus"],
    contraindications: ["AV block"], sideEffects: ["gum hyperplasia", "nystagmus", "rash"], maxDailyMg: 600, hepatic: watched, pregnancy: p("D", "avoid", "fetal hydantoin syndrome; prefer lamotrigine or levetiracetam"),
    cyp: { substrate: ["CYP2C9", "CYP2C19"], induces: ["CYP3A4", "CYP2C19"] }, halfLifeHours: [7, 42], food: [f("enteral feeds", "reduces absorption", "stop the feed 2 hours before and after")],
    monitoring: { measure: "phenytoin", range: [10, 20], unit: "mg/L", sample: "trough, corrected for low albumin", toxicity: "nystagmus, ataxia, confusion" }, tags: ["P-gp inducer"] },
  valproate: { group: "broad-spectrum anticonvulsant", mechanism: "raises GABA and blocks sodium channels", indications: ["generalised seizures", "mania"],
    contraindications: ["cirrhosis", "pregnancy", "urea cycle disorder"], sideEffects: ["weight gain", "liver failure", "tremor"], maxDailyMg: 2500, hepatic: never, pregnancy: p("D", "avoid", "neural tube defects and impaired development: contraindicated in pregnancy"),
    cyp: { inhibits: { CYP2C9: "weak" } }, halfLifeHours: [9, 16], monitoring: { measure: "valproate", range: [50, 100], unit: "mg/L", sample: "trough, before the morning dose", toxicity: "drowsiness, tremor, high ammonia" } },
  metformin: { group: "biguanide", mechanism: "lowers hepatic glucose production", indications: ["type 2 diabetes"],
    contraindications: ["metabolic acidosis"], sideEffects: ["diarrhoea", "vitamin B12 deficiency", "lactic acidosis"], maxDailyMg: 3000, hepatic: never, pregnancy: p("B", "compatible", "used in gestational and type 2 diabetes"),
    halfLifeHours: [4, 9], food: [f("alcohol", "adds to the risk of lactic acidosis", "avoid excess alcohol")] },
  sitagliptin: { group: "DPP-4 inhibitor", mechanism: "prolongs the action of incretins", indications: ["type 2 diabetes"],
    contraindications: [], sideEffects: ["nasopharyngitis", "pancreatitis"], maxDailyMg: 100, hepatic: [usual, usual, caution], pregnancy: p("B", "caution", "little experience; insulin is preferred"), halfLifeHours: [11, 13] },
  "insulin glargine": { group: "long-acting insulin", mechanism: "activates the insulin receptor", indications: ["type 1 diabetes", "type 2 diabetes"],
    contraindications: ["hypoglycaemia"], sideEffects: ["hypoglycaemia", "weight gain"], hepatic: [usual, caution, caution], pregnancy: p("C", "compatible", "used in pregnancy; needs change by trimester"), food: [f("alcohol", "hypoglycaemia", "limit alcohol and never without food")] },
  warfarin: { group: "vitamin K antagonist", mechanism: "blocks the recycling of vitamin K", indications: ["atrial fibrillation", "venous thromboembolism", "mechanical heart valve"],
    contraindications: ["pregnancy", "active bleeding"], sideEffects: ["bleeding", "skin necrosis"], hepatic: [caution, caution, avoid], pregnancy: p("X", "avoid", "embryopathy at 6-12 weeks and fetal bleeding; use low molecular weight heparin"),
    cyp: { substrate: ["CYP2C9", "CYP1A2", "CYP3A4"] }, halfLifeHours: [20, 60], food: [f("leafy greens", "vitamin K lowers the INR", "keep the intake steady"), f("cranberry juice", "may raise the INR", "avoid large amounts")],
    monitoring: { measure: "INR", range: [2, 3], unit: "ratio", sample: "any time; 2.5-3.5 for a mechanical mitral valve", toxicity: "bleeding" } },
  apixaban: { group: "factor Xa inhibitor", mechanism: "inhibits factor Xa", indications: ["atrial fibrillation", "venous thromboembolism"],
    contraindications: ["active bleeding", "mechanical heart valve"], sideEffects: ["bleeding", "anaemia"], maxDailyMg: 20, hepatic: [usual, caution, avoid], pregnancy: p("B", "avoid", "no experience; use low molecular weight heparin"),
    cyp: { substrate: ["CYP3A4"] }, halfLifeHours: [8, 15] },
  rivaroxaban: { group: "factor Xa inhibitor", mechanism: "inhibits factor Xa", indications: ["atrial fibrillation", "venous thromboembolism"],
    contraindications: ["active bleeding", "mechanical heart valve"], sideEffects: ["bleeding", "anaemia"], maxDailyMg: 30, hepatic: [usual, avoid, avoid], pregnancy: p("C", "avoid", "crosses the placenta; use low molecular weight heparin"),
    cyp: { substrate: ["CYP3A4"] }, halfLifeHours: [5, 13], food: [f("food", "15 and 20 mg tablets need it for absorption", "take with food")] },
  dabigatran: { group: "direct thrombin inhibitor", mechanism: "inhibits thrombin", indications: ["atrial fibrillation", "venous thromboembolism"],
    contraindications: ["active bleeding", "mechanical heart valve"], sideEffects: ["bleeding", "dyspepsia"], maxDailyMg: 300, hepatic: [usual, caution, avoid], pregnancy: p("C", "avoid", "no experience; use low molecular weight heparin"), halfLifeHours: [12, 17] },
  aspirin: { group: "salicylate", mechanism: "irreversibly inhibits platelet cyclo-oxygenase", indications: ["angina", "myocardial infarction", "stroke"],
    contraindications: ["peptic ulcer disease", "active bleeding"], sideEffects: ["bleeding", "stomach ulcer", "bronchospasm"], maxDailyMg: 4000, hepatic: [caution, caution, avoid], pregnancy: p("D", "caution", "75-150 mg is used against pre-eclampsia; analgesic doses are avoided in the third trimester"),
    halfLifeHours: [2, 3], food: [f("food", "less irritation of the stomach", "take with food")] },
  clopidogrel: { group: "P2Y12 inhibitor", mechanism: "irreversibly blocks platelet P2Y12 after activation by CYP2C19", indications: ["stroke", "myocardial infarction"],
    contraindications: ["active bleeding"], sideEffects: ["bleeding", "bruising"], maxDailyMg: 600, hepatic: [usual, usual, avoid], pregnancy: p("B", "caution", "little experience"), cyp: { substrate: ["CYP2C19"], inhibits: { CYP2C8: "strong" } }, halfLifeHours: [6, 8] },
  ramipril: { group: "ACE inhibitor", mechanism: "blocks angiotensin-converting enzyme", indications: ["hypertension", "heart failure"],
    contraindications: ["pregnancy", "angioedema", "bilateral renal artery stenosis"], sideEffects: ["cough", "hyperkalaemia", "angioedema"], maxDailyMg: 10, hepatic: reduced, pregnancy: aceBaby, halfLifeHours: [13, 17], food: [saltSubstitute], tags: ["raises potassium"],
    renal: [step(60, "5 mg", od), step(30, "2.5 mg", od), step(0, "1.25 mg", od)] },
  lisinopril: { group: "ACE inhibitor", mechanism: "blocks angiotensin-converting enzyme", indications: ["hypertension", "heart failure"],
    contraindications: ["pregnancy", "angioedema", "bilateral renal artery stenosis"], sideEffects: ["cough", "hyperkalaemia", "angioedema"], maxDailyMg: 80, hepatic: always, pregnancy: aceBaby, halfLifeHours: [12, 13], food: [saltSubstitute], tags: ["raises potassium"],
    renal: [step(30, "10 mg", od), step(10, "5 mg", od), step(0, "2.5 mg", od)] },
  losartan: { group: "ARB", mechanism: "blocks the angiotensin II type 1 receptor", indications: ["hypertension", "diabetic nephropathy"],
    contraindications: ["pregnancy", "bilateral renal artery stenosis"], sideEffects: ["dizziness", "hyperkalaemia"], maxDailyMg: 100, hepatic: [reduce, reduce, avoid], pregnancy: aceBaby, cyp: { substrate: ["CYP2C9"] }, halfLifeHours: [2, 9], food: [saltSubstitute], tags: ["raises potassium"] },
  bisoprolol: { group: "beta-1 selective blocker", mechanism: "blocks beta-1 adrenoceptors", indications: ["heart failure", "angina", "hypertension"],
    contraindications: ["asthma", "AV block", "bradycardia"], sideEffects: ["bradycardia", "fatigue", "cold hands"], maxDailyMg: 20, hepatic: reduced, pregnancy: p("C", "caution", "slows fetal growth; labetalol is preferred"), halfLifeHours: [9, 12] },
  metoprolol: { group: "beta-1 selective blocker", mechanism: "blocks beta-1 adrenoceptors", indications: ["hypertension", "angina", "heart failure"],
    contraindications: ["asthma", "AV block", "bradycardia"], sideEffects: ["bradycardia", "fatigue", "cold hands"], maxDailyMg: 400, hepatic: [usual, reduce, reduce], pregnancy: p("C", "caution", "slows fetal growth; labetalol is preferred"), cyp: { substrate: ["CYP2D6"] }, halfLifeHours: [3, 7], food: [f("food", "raises absorption", "take always with food or always without")] },
  amlodipine: { group: "dihydropyridine", mechanism: "blocks L-type calcium channels of vessels", indications: ["hypertension", "angina"],
    contraindications: ["aortic stenosis", "cardiogenic shock"], sideEffects: ["ankle oedema", "flushing", "headache"], maxDailyMg: 10, hepatic: reduced, pregnancy: p("C", "caution", "nifedipine or labetalol is preferred"), cyp: { substrate: ["CYP3A4"] }, halfLifeHours: [30, 50] },
  furosemide: { group: "loop diuretic", mechanism: "blocks the Na-K-2Cl transporter", indications: ["heart failure", "oedema"],
    contraindications: ["anuria", "hypokalaemia"], sideEffects: ["hypokalaemia", "dehydration", "hearing loss"], maxDailyMg: 600, hepatic: [usual, caution, caution], pregnancy: p("C", "caution", "lowers blood flow of the placenta; only if needed"), halfLifeHours: [0.5, 2] },
  hydrochlorothiazide: { group: "thiazide", mechanism: "blocks the Na-Cl transporter", indications: ["hypertension"],
    contraindications: ["anuria", "gout"], sideEffects: ["hyponatraemia", "hypokalaemia", "gout"], maxDailyMg: 50, hepatic: [usual, caution, avoid], pregnancy: p("B", "caution", "lowers blood flow of the placenta; not for routine use"), halfLifeHours: [6, 15],
    renal: [step(30, "25 mg", od), stop] },
  spironolactone: { group: "aldosterone antagonist", mechanism: "blocks the aldosterone receptor", indications: ["heart failure", "ascites"],
    contraindications: ["hyperkalaemia", "Addison disease"], sideEffects: ["hyperkalaemia", "gynaecomastia"], maxDailyMg: 400, hepatic: [usual, caution, caution], pregnancy: p("C", "avoid", "feminisation of a male fetus in animals"), halfLifeHours: [1.3, 1.6], food: [saltSubstitute], tags: ["raises potassium"] },
  simvastatin: { group: "statin", mechanism: "inhibits HMG-CoA reductase", indications: ["high cholesterol"],
    contraindications: ["pregnancy", "cirrhosis"], sideEffects: ["muscle pain", "rhabdomyolysis", "raised transaminases"], maxDailyMg: 40, hepatic: [caution, avoid, avoid], pregnancy: statinBaby, cyp: { substrate: ["CYP3A4"] }, halfLifeHours: [2, 3], food: [grapefruit("raises the level: rhabdomyolysis")] },
  atorvastatin: { group: "statin", mechanism: "inhibits HMG-CoA reductase", indications: ["high cholesterol", "stroke"],
    contraindications: ["pregnancy", "cirrhosis"], sideEffects: ["muscle pain", "rhabdomyolysis", "raised transaminases"], maxDailyMg: 80, hepatic: [caution, avoid, avoid], pregnancy: statinBaby, cyp: { substrate: ["CYP3A4"] }, halfLifeHours: [11, 16], food: [f("grapefruit", "raises the level in large amounts", "at most a glass a day")] },
  amiodarone: { group: "class III antiarrhythmic", mechanism: "blocks potassium, sodium and calcium channels", indications: ["atrial fibrillation", "ventricular tachycardia"],
    contraindications: ["AV block", "bradycardia", "thyroid disease"], sideEffects: ["thyroid disease", "lung fibrosis", "photosensitivity"], maxDailyMg: 1600, hepatic: watched, pregnancy: p("D", "avoid", "fetal thyroid disease and bradycardia"),
    cyp: { substrate: ["CYP3A4", "CYP2C8"], inhibits: { CYP2C9: "moderate", CYP2D6: "weak", CYP3A4: "weak" } }, halfLifeHours: [360, 3408], food: [grapefruit()], tags: ["QT-prolonging", "P-gp inhibitor"] },
  digoxin: { group: "cardiac glycoside", mechanism: "inhibits the Na-K pump", indications: ["atrial fibrillation", "heart failure"],
    contraindications: ["AV block", "ventricular tachycardia"], sideEffects: ["nausea", "yellow vision", "arrhythmia"], maxDailyMg: 0.5, hepatic: always, pregnancy: p("C", "caution", "used for mother and fetus; levels needed"), halfLifeHours: [36, 48],
    food: [f("high-fibre meals", "reduces absorption", "take at a steady distance from meals")], monitoring: { measure: "digoxin", range: [0.5, 2], unit: "ng/mL", sample: "at least 6 hours after the dose; 0.5-0.9 in heart failure", toxicity: "nausea, yellow vision, arrhythmia" },
    renal: [step(20, "125 micrograms", od), step(0, "62.5 micrograms", od)] },
  "isosorbide mononitrate": { group: "long-acting nitrate", mechanism: "releases nitric oxide", indications: ["angina"],
    contraindications: ["aortic stenosis"], sideEffects: ["headache", "hypotension"], maxDailyMg: 120, hepatic: [usual, usual, caution], pregnancy: p(undefined, "caution", "little experience"), halfLifeHours: [4, 6], food: [f("alcohol", "hypotension", "limit alcohol")] },
  sildenafil: { group: "PDE5 inhibitor", mechanism: "inhibits phosphodiesterase 5", indications: ["erectile dysfunction", "pulmonary hypertension"],
    contraindications: ["angina"], sideEffects: ["headache", "flushing", "visual disturbance"], maxDailyMg: 100, hepatic: [reduce, reduce, avoid], pregnancy: p("B", "caution", "only in pulmonary hypertension"), cyp: { substrate: ["CYP3A4"] }, halfLifeHours: [3, 5], food: [f("high-fat meal", "delays the effect", "take without a heavy meal"), grapefruit()],
    renal: [step(30, "50 mg", "as needed"), step(0, "25 mg", "as needed")] },
  omeprazole: { group: "PPI", mechanism: "blocks the gastric proton pump", indications: ["reflux disease", "peptic ulcer disease"],
    contraindications: [], sideEffects: ["headache", "low magnesium", "Clostridioides difficile"], maxDailyMg: 120, hepatic: reduced, pregnancy: p("C", "compatible", "large studies without harm"), cyp: { substrate: ["CYP2C19"], inhibits: { CYP2C19: "weak" } }, halfLifeHours: [0.5, 1] },
  levothyroxine: { group: "thyroid hormone", mechanism: "replaces thyroxine", indications: ["hypothyroidism"],
    contraindications: ["Addison disease"], sideEffects: ["palpitations", "weight loss", "bone loss"], maxDailyMg: 0.3, hepatic: always, pregnancy: p("A", "compatible", "needed; the dose rises by 25-50 %"), halfLifeHours: [144, 168],
    food: [f("coffee", "reduces absorption", "take 30-60 minutes before breakfast"), f("calcium and iron", "reduces absorption", "take 4 hours apart")], monitoring: { measure: "TSH", range: [0.4, 4], unit: "mIU/L", sample: "6 weeks after a change of dose", toxicity: "palpitations, tremor (TSH low)" } },
  salbutamol: { group: "short-acting beta-2 agonist", mechanism: "stimulates beta-2 adrenoceptors", indications: ["asthma", "COPD"],
    contraindications: [], sideEffects: ["tremor", "tachycardia", "hypokalaemia"], hepatic: always, pregnancy: p("C", "compatible", "asthma must be controlled in pregnancy"), halfLifeHours: [4, 6] },
  prednisolone: { group: "glucocorticoid", mechanism: "activates the glucocorticoid receptor", indications: ["asthma", "COPD", "rheumatoid arthritis"],
    contraindications: ["untreated systemic infection"], sideEffects: ["hyperglycaemia", "osteoporosis", "infection"], maxDailyMg: 80, hepatic: [usual, caution, caution], pregnancy: p("C", "compatible", "mostly inactivated by the placenta"), cyp: { substrate: ["CYP3A4"] }, halfLifeHours: [2, 4], food: [f("food", "less irritation of the stomach", "take with food")] },
  sertraline: { group: "SSRI", mechanism: "blocks serotonin reuptake", indications: ["depression", "anxiety"],
    contraindications: [], sideEffects: ["nausea", "insomnia", "sexual dysfunction"], maxDailyMg: 200, hepatic: [reduce, avoid, avoid], pregnancy: p("C", "caution", "among the best studied antidepressants; neonatal adaptation"), cyp: { substrate: ["CYP2B6", "CYP2C19"], inhibits: { CYP2D6: "weak" } }, halfLifeHours: [22, 36], tags: ["serotonergic"] },
  fluoxetine: { group: "SSRI", mechanism: "blocks serotonin reuptake", indications: ["depression", "bulimia"],
    contraindications: [], sideEffects: ["nausea", "insomnia", "agitation"], maxDailyMg: 80, hepatic: reduced, pregnancy: p("C", "caution", "long half-life; neonatal adaptation"), cyp: { substrate: ["CYP2D6"], inhibits: { CYP2D6: "strong", CYP2C19: "strong" } }, halfLifeHours: [96, 144], tags: ["serotonergic"] },
  amitriptyline: { group: "tertiary amine tricyclic", mechanism: "blocks serotonin and noradrenaline reuptake", indications: ["neuropathic pain", "depression", "migraine"],
    contraindications: ["recent myocardial infarction", "long QT syndrome"], sideEffects: ["dry mouth", "sedation", "urinary retention"], maxDailyMg: 300, hepatic: [caution, caution, avoid], pregnancy: p("C", "caution", "only if needed; neonatal withdrawal"), cyp: { substrate: ["CYP2D6", "CYP2C19"] }, halfLifeHours: [10, 28], food: [alcoholSedation], tags: ["serotonergic", "sedating", "QT-prolonging"] },
  lithium: { group: "mood stabiliser", mechanism: "inhibits inositol signalling", indications: ["bipolar disorder"],
    contraindications: ["Addison disease", "dehydration"], sideEffects: ["tremor", "thirst", "hypothyroidism"], maxDailyMg: 1800, hepatic: always, pregnancy: p("D", "avoid", "Ebstein anomaly in the first trimester"), halfLifeHours: [18, 36],
    food: [f("low-sodium diet", "raises the lithium level", "keep salt and fluids steady")], monitoring: { measure: "lithium", range: [0.6, 1], unit: "mmol/L", sample: "12 hours after the dose", toxicity: "coarse tremor, ataxia, confusion" },
    renal: [step(30, "400 mg", od), stop] },
  methotrexate: { group: "folate antagonist", mechanism: "inhibits dihydrofolate reductase", indications: ["rheumatoid arthritis", "psoriasis"],
    contraindications: ["pregnancy", "cirrhosis", "bone marrow suppression", "breastfeeding"], sideEffects: ["mouth ulcers", "bone marrow suppression", "lung disease"], maxDailyMg: 25, hepatic: never, pregnancy: p("X", "avoid", "causes abortion and malformation; stop months before conception"), halfLifeHours: [3, 10], food: [f("alcohol", "adds to liver injury", "avoid alcohol")],
    renal: [step(60, "10 mg", "once weekly"), step(30, "5 mg", "once weekly"), stop] },
  allopurinol: { group: "xanthine oxidase inhibitor", mechanism: "inhibits xanthine oxidase", indications: ["gout"],
    contraindications: ["HLA-B*58:01"], sideEffects: ["rash", "severe hypersensitivity", "gout flare at the start"], maxDailyMg: 900, hepatic: reduced, pregnancy: p("C", "caution", "little experience"), halfLifeHours: [1, 2] },
  colchicine: { group: "microtubule inhibitor", mechanism: "inhibits microtubules of neutrophils", indications: ["gout", "pericarditis"],
    contraindications: ["bone marrow suppression"], sideEffects: ["diarrhoea", "vomiting", "muscle weakness"], maxDailyMg: 2, hepatic: [usual, caution, avoid], pregnancy: p("C", "caution", "only if needed, as in familial Mediterranean fever"), cyp: { substrate: ["CYP3A4"] }, halfLifeHours: [26, 31], food: [grapefruit("raises the level: toxicity")],
    renal: [step(50, "500 micrograms", bd), step(10, "500 micrograms", od), stop] },
};
