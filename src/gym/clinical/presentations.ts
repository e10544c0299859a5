/**
 * Acute illnesses as they come in: what patients say, what is found, the test that proves it, and what a guideline says to do.
 * Codes are WHO ICD-10; each row names its guideline. Simplified for teaching software: never for care.
 */
import type { Ranges } from "./conditions.ts";
import type { VitalSign } from "./labs.ts";

export const systems = ["respiratory", "cardiovascular", "infection", "metabolic", "abdominal", "other"] as const;
export type System = (typeof systems)[number];

export type ScoreName = "CURB-65" | "Wells PE" | "Wells DVT" | "CHA2DS2-VASc" | "MELD" | "APACHE II" | "qSOFA" | "BMI";

/** Drugs in the order of preference, for a score from `from` on. */
export interface Tier {
  from?: number;
  drugs: readonly string[];
}

export interface Presentation {
  /** The diagnosis. */
  name: string;
  /** WHO ICD-10 */
  icd10: string;
  system: System;
  complaint: string;
  /** Days that it has lasted. */
  days: readonly [number, number];
  age: readonly [number, number];
  sex?: "female" | "male";
  /** Long-standing illness that it comes on top of. */
  needs?: readonly string[];
  /** Long-standing illnesses that would change the case. */
  without?: readonly string[];
  symptoms: readonly string[];
  signs: readonly string[];
  /** Items of the score that the history or the examination gives, with their share among patients. */
  items?: Readonly<Record<string, { says: string; share: number }>>;
  vitals?: Ranges<VitalSign["name"]>;
  labs?: Ranges;
  /** The test that proves it, or that excludes what looks alike where it is seen and not measured: the result in words, or a range of a lab test. */
  confirm: { test: string; result: string | readonly [low: number, high: number] };
  score?: ScoreName;
  /** eGFR, where it is not the usual of age and illnesses. */
  egfr?: readonly [number, number];
  /** None: nothing is prescribed before the specialist. */
  treatment?: readonly Tier[];
  /** Instead of the usual first regimen, by drug. */
  dose?: Readonly<Record<string, { dose: string; frequency: string }>>;
  /** Who takes over. */
  transfer?: string;
  /** Minutes to hours count. */
  emergency?: boolean;
  /** Names, classes or groups that harm in this illness. */
  harmful?: readonly string[];
  advice: string;
  source: string;
}

const once = (dose: string) => ({ dose, frequency: "once" });
const anticoagulated = ["mechanical heart valve", "atrial fibrillation"];
const noVessels = ["old myocardial infarction", "angina", "stroke", "peripheral artery disease", ...anticoagulated];

// biome-ignore format: a table
export const presentations: readonly Presentation[] = [
  { name: "community-acquired pneumonia", icd10: "J18.9", system: "respiratory", complaint: "cough and fever", days: [2, 7], age: [35, 90], without: ["COPD", "asthma"],
    symptoms: ["productive cough", "fever", "shortness of breath", "pleuritic chest pain"], signs: ["crackles at the right base", "bronchial breathing"], items: { confusion: { says: "newly confused about time and place", share: 0.25 } },
    vitals: { temperature: [38.1, 39.6], heartRate: [92, 118], respiratoryRate: [20, 34], oxygenSaturation: [88, 94], systolic: [86, 138], diastolic: [54, 80] }, labs: { "white cells": [12.5, 21], CRP: [85, 290], urea: [4.2, 12.5] },
    confirm: { test: "chest X-ray", result: "consolidation of the right lower lobe" }, score: "CURB-65", treatment: [{ drugs: ["amoxicillin", "doxycycline", "clarithromycin"] }, { from: 3, drugs: ["ceftriaxone", "levofloxacin"] }],
    advice: "Severity by CURB-65. Mild or moderate: oral amoxicillin, else doxycycline or clarithromycin. From 3 points: admit, intravenous ceftriaxone (with a macrolide where it suits), else levofloxacin.", source: "BTS 2009; NICE NG138 2019; ATS/IDSA 2019" },
  { name: "pulmonary embolism", icd10: "I26.9", system: "cardiovascular", complaint: "sudden shortness of breath", days: [1, 2], age: [30, 85], without: ["COPD", "asthma", "heart failure", "chronic kidney disease", ...anticoagulated],
    symptoms: ["shortness of breath", "pleuritic chest pain", "palpitations"], signs: ["lungs are clear", "no other diagnosis is more likely"],
    items: { peMostLikely: { says: "no other diagnosis is more likely", share: 1 }, signsOfDvt: { says: "left calf is swollen and tender", share: 0.5 }, immobilisationOrSurgery: { says: "knee replacement three weeks ago", share: 0.5 }, previousDvtOrPe: { says: "a thrombosis some years ago", share: 0.25 }, haemoptysis: { says: "coughed up blood", share: 0.25 }, malignancy: { says: "chemotherapy for lymphoma", share: 0.15 } },
    vitals: { heartRate: [102, 128], respiratoryRate: [22, 30], oxygenSaturation: [86, 93], temperature: [36.8, 37.8] }, labs: { "D-dimer": [1800, 7800], troponin: [8, 48] },
    egfr: [55, 100],
    confirm: { test: "CT pulmonary angiography", result: "filling defects in the arteries of both lower lobes" }, score: "Wells PE", treatment: [{ drugs: ["apixaban", "rivaroxaban", "enoxaparin"] }], dose: { apixaban: { dose: "10 mg", frequency: "twice daily" }, rivaroxaban: { dose: "15 mg", frequency: "twice daily" } }, emergency: true, transfer: "internal medicine",
    advice: "Wells above 4: CT pulmonary angiography. Stable patients: apixaban or rivaroxaban, else low molecular weight heparin; admit.", source: "ESC 2019" },
  { name: "deep vein thrombosis", icd10: "I80.2", system: "cardiovascular", complaint: "a swollen leg", days: [2, 7], age: [30, 85], without: ["chronic kidney disease", ...anticoagulated],
    symptoms: ["calf pain", "swollen leg", "heaviness of the leg"], signs: ["calf is 4 cm larger than the other", "pitting oedema of that leg only"],
    items: { calfSwelling: { says: "calf is 4 cm larger than the other", share: 1 }, pittingOedema: { says: "pitting oedema of that leg only", share: 1 }, localisedTenderness: { says: "tender along the deep veins", share: 0.6 }, bedriddenOrSurgery: { says: "hip surgery five weeks ago", share: 0.4 }, activeCancer: { says: "chemotherapy for lymphoma", share: 0.2 }, previousDvt: { says: "a thrombosis some years ago", share: 0.25 }, collateralVeins: { says: "collateral superficial veins", share: 0.2 } },
    labs: { "D-dimer": [1200, 6500] }, egfr: [55, 100],
    confirm: { test: "leg ultrasound", result: "the popliteal vein cannot be compressed" }, score: "Wells DVT", treatment: [{ drugs: ["apixaban", "rivaroxaban", "enoxaparin"] }], dose: { apixaban: { dose: "10 mg", frequency: "twice daily" }, rivaroxaban: { dose: "15 mg", frequency: "twice daily" } },
    advice: "Wells 2 or more: ultrasound of the leg. Apixaban or rivaroxaban, else low molecular weight heparin.", source: "NICE NG158 2020" },
  { name: "acute myocardial infarction", icd10: "I21.9", system: "cardiovascular", complaint: "crushing chest pain", days: [1, 1], age: [45, 88], without: [...noVessels, "peptic ulcer disease"],
    symptoms: ["central chest pain", "sweating", "nausea", "pain in the left arm"], signs: ["pale and clammy"], vitals: { heartRate: [66, 112], systolic: [102, 156], diastolic: [62, 92] }, labs: { troponin: [180, 2100] },
    confirm: { test: "ECG", result: "ST elevation in II, III and aVF" }, treatment: [{ drugs: ["aspirin", "ticagrelor", "clopidogrel"] }], dose: { aspirin: once("300 mg"), ticagrelor: once("180 mg"), clopidogrel: once("300 mg") }, transfer: "cardiology", emergency: true, harmful: ["NSAID"],
    advice: "Aspirin 300 mg at once, or a P2Y12 inhibitor if it cannot be given; cardiology at once for angiography.", source: "ESC 2023" },
  { name: "atrial fibrillation", icd10: "I48.9", system: "cardiovascular", complaint: "palpitations", days: [3, 14], age: [66, 79], needs: ["hypertension"], without: [...noVessels.filter((name) => name !== "stroke"), "asthma"],
    symptoms: ["palpitations", "tiredness", "shortness of breath on stairs"], signs: ["pulse is irregular"], vitals: { heartRate: [112, 148], systolic: [112, 154] }, labs: { TSH: [0.8, 3.2] },
    confirm: { test: "ECG", result: "irregular narrow complexes without P waves" }, score: "CHA2DS2-VASc", treatment: [{ from: 2, drugs: ["apixaban", "rivaroxaban", "dabigatran", "warfarin"] }],
    advice: "Anticoagulation by CHA2DS2-VASc (from 2 in men, 3 in women): a direct oral anticoagulant before warfarin; rate control.", source: "ESC 2020" },
  { name: "acute heart failure", icd10: "I50.9", system: "cardiovascular", complaint: "shortness of breath and swollen legs", days: [3, 10], age: [58, 92], without: ["COPD", "asthma"],
    symptoms: ["shortness of breath", "breathless lying flat", "swollen legs", "weight gain of 4 kg"], signs: ["crackles at both bases", "raised jugular venous pressure"], vitals: { heartRate: [88, 114], systolic: [112, 158], respiratoryRate: [22, 28], oxygenSaturation: [88, 94] }, labs: { BNP: [620, 3400], troponin: [6, 40] },
    confirm: { test: "chest X-ray", result: "pulmonary oedema with small effusions on both sides" }, treatment: [{ drugs: ["furosemide"] }], dose: { furosemide: { dose: "40 mg", frequency: "twice daily" } }, harmful: ["NSAID", "non-dihydropyridine"],
    advice: "Oxygen below 90 %; a loop diuretic by weight and urine output; look for the trigger.", source: "ESC 2021" },
  { name: "diabetic ketoacidosis", icd10: "E10.1", system: "metabolic", complaint: "vomiting and thirst", days: [1, 3], age: [18, 55], needs: ["type 1 diabetes"],
    symptoms: ["vomiting", "thirst", "abdominal pain", "passing much urine"], signs: ["deep breathing", "breath smells of acetone"], vitals: { heartRate: [102, 126], respiratoryRate: [22, 32], systolic: [98, 122] }, labs: { glucose: [18, 34], bicarbonate: [5, 14], pH: [7.02, 7.26], potassium: [4.2, 5.8], sodium: [128, 137] },
    confirm: { test: "ketones", result: [3.4, 7.5] }, treatment: [{ drugs: ["insulin soluble"] }], transfer: "intensive care", emergency: true, harmful: ["SGLT2 inhibitor", "biguanide"],
    advice: "Fluids, insulin 0.1 units/kg/hour, potassium by level; ketones each hour; high-dependency care.", source: "JBDS 2023" },
  { name: "acute pyelonephritis", icd10: "N10", system: "infection", complaint: "fever and flank pain", days: [1, 4], age: [18, 75], sex: "female",
    symptoms: ["fever", "flank pain", "burning urine", "rigors"], signs: ["tender over the left kidney"], vitals: { temperature: [38.4, 39.8], heartRate: [92, 112] }, labs: { "white cells": [12, 19], CRP: [70, 220], "urine leucocytes": [180, 500], "urine nitrite": [1, 1] },
    confirm: { test: "urine culture", result: "Escherichia coli above 100,000 per mL, sensitive to cephalosporins and quinolones" }, treatment: [{ drugs: ["cefalexin", "ciprofloxacin", "aztreonam"] }],
    advice: "Culture first. Oral cefalexin; a sensitive germ: ciprofloxacin; intravenous treatment if neither suits.", source: "NICE NG111 2018" },
  { name: "cystitis", icd10: "N30.0", system: "infection", complaint: "burning urine", days: [1, 4], age: [20, 85], sex: "female",
    symptoms: ["burning urine", "passing urine often", "lower abdominal discomfort"], signs: ["no flank tenderness"], labs: { CRP: [1, 8], "urine leucocytes": [120, 450], "urine nitrite": [1, 1] },
    confirm: { test: "urine culture", result: "Escherichia coli above 100,000 per mL, sensitive to nitrofurantoin and fosfomycin" }, treatment: [{ drugs: ["nitrofurantoin", "fosfomycin", "cefalexin"] }],
    advice: "Nitrofurantoin if the eGFR is 45 or more, else fosfomycin or cefalexin.", source: "NICE NG109 2018" },
  { name: "sepsis", icd10: "A41.9", system: "infection", complaint: "confusion and fever", days: [1, 2], age: [45, 90],
    symptoms: ["fever", "rigors", "confusion", "passing little urine"], signs: ["mottled skin", "capillary refill of 4 seconds"], items: { alteredMentation: { says: "drowsy and disoriented, Glasgow coma scale 13", share: 1 } }, egfr: [22, 52],
    vitals: { temperature: [38.8, 40], heartRate: [112, 138], systolic: [78, 94], diastolic: [42, 55], respiratoryRate: [24, 34], oxygenSaturation: [90, 95] }, labs: { lactate: [3.2, 7.4], "white cells": [17, 29], platelets: [70, 140], CRP: [160, 340] },
    confirm: { test: "blood cultures", result: "Gram-negative rods in both bottles" }, score: "qSOFA", treatment: [{ drugs: ["piperacillin-tazobactam", "meropenem", "aztreonam"] }], transfer: "intensive care", emergency: true,
    advice: "Cultures, lactate, broad antibiotics within the hour, 30 mL/kg crystalloid, vasopressors for a mean pressure of 65 mmHg.", source: "Surviving Sepsis Campaign 2021" },
  { name: "bacterial meningitis", icd10: "G00.9", system: "infection", complaint: "headache and fever", days: [1, 2], age: [18, 49],
    symptoms: ["severe headache", "fever", "photophobia", "vomiting"], signs: ["stiff neck", "positive Kernig sign"], vitals: { temperature: [38.6, 40], heartRate: [98, 122] }, labs: { "white cells": [15, 26], CRP: [120, 300] },
    confirm: { test: "lumbar puncture", result: "turbid, 2,400 white cells per uL, mostly neutrophils, glucose 0.9 mmol/L, protein 3.1 g/L" }, treatment: [{ drugs: ["ceftriaxone", "meropenem"] }], dose: { ceftriaxone: { dose: "2 g", frequency: "twice daily" }, meropenem: { dose: "2 g", frequency: "three times daily" } }, transfer: "infectious diseases", emergency: true,
    advice: "Antibiotics must not wait: ceftriaxone 2 g twice daily with dexamethasone; meropenem where a cephalosporin cannot be given.", source: "ESCMID 2016" },
  { name: "acute pancreatitis", icd10: "K85.9", system: "abdominal", complaint: "pain of the upper belly", days: [1, 2], age: [30, 80], without: ["COPD", "cirrhosis"],
    symptoms: ["epigastric pain", "pain through to the back", "vomiting"], signs: ["tender epigastrium"], vitals: { heartRate: [94, 124], temperature: [37.2, 38.6], respiratoryRate: [18, 27], systolic: [98, 138], diastolic: [58, 82] }, labs: { ALT: [60, 300], calcium: [1.9, 2.2], glucose: [8, 14], "white cells": [12, 19], pH: [7.3, 7.42], pO2: [60, 90], haematocrit: [38, 52] },
    confirm: { test: "lipase", result: [620, 3600] }, score: "APACHE II", transfer: "gastroenterology",
    advice: "Fluids, analgesia, early food; severity by APACHE II; no antibiotics without infection; look for stones.", source: "IAP/APA 2013; ACG 2024" },
  { name: "spontaneous bacterial peritonitis", icd10: "K65.0", system: "abdominal", complaint: "belly pain and fever", days: [1, 3], age: [42, 75], needs: ["cirrhosis"],
    symptoms: ["abdominal pain", "fever", "swollen belly"], signs: ["diffuse tenderness with shifting dullness"], vitals: { temperature: [37.9, 38.9], heartRate: [92, 112], systolic: [98, 122] }, labs: { "white cells": [11.5, 17], CRP: [40, 140] },
    confirm: { test: "ascitic tap", result: "820 neutrophils per uL" }, score: "MELD", treatment: [{ drugs: ["ceftriaxone", "piperacillin-tazobactam", "meropenem"] }], transfer: "gastroenterology", emergency: true, harmful: ["NSAID", "aminoglycoside"],
    advice: "More than 250 neutrophils per uL: a third-generation cephalosporin at once, albumin; MELD for the outlook.", source: "EASL 2018" },
  { name: "primary hypothyroidism", icd10: "E03.9", system: "metabolic", complaint: "tiredness and weight gain", days: [40, 120], age: [25, 60], without: ["hypothyroidism", "heart failure", "iron deficiency anaemia", ...noVessels],
    symptoms: ["tiredness", "weight gain", "feels cold", "constipation"], signs: ["slow reflexes", "dry skin"], vitals: { heartRate: [50, 62] }, labs: { "free T4": [3, 8] },
    confirm: { test: "TSH", result: [14, 46] }, score: "BMI", treatment: [{ drugs: ["levothyroxine"] }],
    advice: "TSH high and free T4 low: levothyroxine, TSH after 6-8 weeks.", source: "NICE NG145 2019" },
  { name: "iron deficiency anaemia", icd10: "D50.9", system: "other", complaint: "tiredness and pale skin", days: [30, 90], age: [52, 84], without: ["iron deficiency anaemia", "hypothyroidism"],
    symptoms: ["tiredness", "shortness of breath on stairs", "pale skin", "brittle nails"], signs: ["pale conjunctivae"], vitals: { heartRate: [86, 104] }, labs: { haemoglobin: [68, 98], haematocrit: [22, 31], MCV: [62, 74] },
    confirm: { test: "ferritin", result: [2, 11] }, treatment: [{ drugs: ["ferrous sulfate"] }], transfer: "gastroenterology",
    advice: "Oral iron once a day; men and women after the menopause: endoscopy of the whole gut.", source: "BSG 2021" },
  { name: "acute gout", icd10: "M10.9", system: "other", complaint: "a painful big toe", days: [1, 3], age: [42, 88], without: ["gout"],
    symptoms: ["painful big toe", "sudden start at night"], signs: ["red and hot first toe joint"], labs: { urate: [470, 680], CRP: [15, 70] },
    confirm: { test: "joint aspirate", result: "needle-shaped crystals, negatively birefringent, no bacteria" }, treatment: [{ drugs: ["colchicine", "naproxen", "prednisolone"] }],
    advice: "Colchicine, an NSAID or prednisolone, by kidney, stomach, heart and the other drugs.", source: "EULAR 2016; ACR 2020" },
  { name: "ischaemic stroke", icd10: "I63.9", system: "cardiovascular", complaint: "sudden weakness of the arm", days: [1, 1], age: [55, 90], without: noVessels,
    symptoms: ["weakness of the right arm", "slurred speech", "drooping face"], signs: ["NIHSS 9", "last seen well 12 hours ago"], vitals: { systolic: [148, 182], diastolic: [82, 104] },
    confirm: { test: "CT head", result: "no haemorrhage; loss of the border of grey and white matter on the left" }, treatment: [{ drugs: ["aspirin", "clopidogrel"] }], dose: { aspirin: { dose: "300 mg", frequency: "once daily" }, clopidogrel: once("300 mg") }, transfer: "neurology", emergency: true, harmful: ["thrombolytic", "anticoagulant"],
    advice: "After haemorrhage is excluded and beyond the time for lysis: aspirin 300 mg, stroke unit, imaging for thrombectomy.", source: "AHA/ASA 2019; NICE NG128 2019" },
  { name: "exacerbation of COPD", icd10: "J44.1", system: "respiratory", complaint: "worse breathlessness", days: [2, 5], age: [55, 88], needs: ["COPD"],
    symptoms: ["shortness of breath", "more sputum", "purulent sputum", "wheeze"], signs: ["wheeze over both lungs", "prolonged expiration"], vitals: { oxygenSaturation: [84, 90], respiratoryRate: [24, 30], temperature: [37.1, 38] }, labs: { CRP: [15, 60], pCO2: [47, 58] },
    confirm: { test: "chest X-ray", result: "hyperinflated lungs, no consolidation, no pneumothorax" }, treatment: [{ drugs: ["prednisolone"] }], harmful: ["benzodiazepine", "opioid"],
    advice: "Short-acting bronchodilators, prednisolone 30 mg for 5 days, controlled oxygen to 88-92 %; an antibiotic if the sputum is purulent.", source: "NICE NG115 2018; GOLD 2024" },
  { name: "acute severe asthma", icd10: "J46", system: "respiratory", complaint: "wheeze and shortness of breath", days: [1, 2], age: [18, 50], needs: ["asthma"],
    symptoms: ["wheeze", "shortness of breath", "chest tightness", "cannot finish sentences"], signs: ["wheeze over both lungs", "uses the neck muscles to breathe"], vitals: { respiratoryRate: [26, 34], heartRate: [112, 134], oxygenSaturation: [92, 95] },
    confirm: { test: "peak flow", result: "41 % of the best" }, treatment: [{ drugs: ["prednisolone", "hydrocortisone"] }], dose: { prednisolone: { dose: "40 mg", frequency: "once daily" } }, transfer: "respiratory medicine", emergency: true, harmful: ["beta blocker", "benzodiazepine"],
    advice: "Salbutamol by nebuliser with oxygen, and a corticosteroid within the hour; respiratory team.", source: "BTS/SIGN 2019" },
  { name: "adrenal crisis", icd10: "E27.2", system: "metabolic", complaint: "collapse and vomiting", days: [1, 3], age: [22, 65], without: ["hypothyroidism"],
    symptoms: ["vomiting", "dizziness on standing", "weakness", "craves salt"], signs: ["brown creases of the palms"], vitals: { systolic: [74, 92], diastolic: [42, 58], heartRate: [102, 124] }, labs: { sodium: [116, 128], potassium: [5.4, 6.3], glucose: [2.6, 3.9] },
    confirm: { test: "cortisol", result: [20, 80] }, treatment: [{ drugs: ["hydrocortisone"] }], transfer: "endocrinology", emergency: true,
    advice: "Hydrocortisone 100 mg at once, saline, glucose; do not wait for the result.", source: "Endocrine Society 2016" },
  { name: "cellulitis", icd10: "L03.1", system: "infection", complaint: "a red leg", days: [2, 5], age: [30, 88],
    symptoms: ["red leg", "warm and painful skin", "shivering"], signs: ["sharp edge of redness", "a crack between the toes"], vitals: { temperature: [37.7, 38.7] }, labs: { CRP: [45, 160], "white cells": [11.8, 18] },
    confirm: { test: "leg ultrasound", result: "oedema of the skin, no thrombus" }, treatment: [{ drugs: ["flucloxacillin", "clarithromycin", "doxycycline"] }],
    advice: "Flucloxacillin for 5-7 days; with penicillin allergy clarithromycin or doxycycline.", source: "NICE NG141 2019" },
  { name: "herpes zoster", icd10: "B02.9", system: "infection", complaint: "a painful rash", days: [1, 3], age: [50, 90], needs: ["chronic kidney disease"], egfr: [11, 40],
    symptoms: ["burning pain on one side of the chest", "blisters in a band"], signs: ["vesicles in one dermatome"], confirm: { test: "varicella zoster PCR", result: "viral DNA found" }, treatment: [{ drugs: ["aciclovir"] }],
    advice: "Aciclovir within 72 hours of the rash, by kidney function; analgesia.", source: "BNF; BASHH/BIA 2019" },
  { name: "anaphylaxis", icd10: "T78.2", system: "other", complaint: "swelling and trouble breathing", days: [1, 1], age: [18, 70],
    symptoms: ["itching", "swelling of the lips", "trouble breathing", "hives"], signs: ["stridor"], vitals: { systolic: [72, 90], diastolic: [38, 54], heartRate: [118, 142], oxygenSaturation: [88, 93], respiratoryRate: [24, 32] },
    confirm: { test: "tryptase", result: "28 ug/L, raised" }, treatment: [{ drugs: ["adrenaline"] }], transfer: "intensive care", emergency: true,
    advice: "Adrenaline 500 micrograms into the thigh at once, again after 5 minutes; oxygen, fluids, airway.", source: "Resuscitation Council UK 2021; WAO 2020" },
  { name: "acute appendicitis", icd10: "K35.8", system: "abdominal", complaint: "pain of the lower belly", days: [1, 2], age: [18, 45],
    symptoms: ["pain that moved to the right lower belly", "no appetite", "vomiting"], signs: ["rebound tenderness at McBurney's point"], vitals: { temperature: [37.6, 38.6], heartRate: [86, 106] }, labs: { "white cells": [12, 18], CRP: [30, 120], hCG: [0, 2] },
    confirm: { test: "abdominal ultrasound", result: "appendix of 11 mm that cannot be compressed" }, transfer: "surgery", emergency: true,
    advice: "Surgeon, nothing by mouth, analgesia; a pregnancy test in women.", source: "WSES Jerusalem 2020" },
  { name: "ectopic pregnancy", icd10: "O00.9", system: "abdominal", complaint: "pain on one side of the lower belly", days: [1, 3], age: [20, 40], sex: "female",
    symptoms: ["pain on one side of the lower belly", "vaginal bleeding", "missed period", "dizziness on standing"], signs: ["tender adnexa"], vitals: { heartRate: [96, 124], systolic: [88, 112], diastolic: [50, 68] }, labs: { haemoglobin: [90, 116], haematocrit: [28, 35], hCG: [1800, 9000] },
    confirm: { test: "transvaginal ultrasound", result: "empty uterus, a mass beside the right ovary, free fluid" }, transfer: "gynaecology", emergency: true, harmful: ["NSAID"],
    advice: "hCG and ultrasound; gynaecology at once; two large lines, cross-match.", source: "NICE NG126 2019" },
];

export function findPresentation(name: string): Presentation | undefined {
  const wanted = name.trim().toLowerCase();
  return presentations.find((known) => known.name.toLowerCase() === wanted);
}

/** Presentations by how much of what is said and found fits them, the best first; those that fit nothing are left out. */
export function differential(findings: readonly string[]): { presentation: Presentation; fits: string[] }[] {
  const said = findings.join(" . ").toLowerCase();
  return presentations
    .map((presentation) => ({
      presentation,
      fits: [presentation.complaint, ...presentation.symptoms, ...presentation.signs].filter((phrase) =>
        said.includes(phrase.toLowerCase()),
      ),
    }))
    .filter(({ fits }) => fits.length > 0)
    .sort((a, b) => b.fits.length - a.fits.length);
}
