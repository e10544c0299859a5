/**
 * Hand-written clinical tables for synthetic patients. Simplified for teaching and testing software: never for care.
 *
 * General references: US FDA and EMA product labels (doses, adjustment to renal function, interactions), WHO ATC/DDD
 * index (classes), WHO ICD-10 (codes), KDIGO 2024 (stages of eGFR), usual adult reference intervals in SI units.
 */

export type DrugClass = (typeof drugClasses)[number];
export const drugClasses = [
  "penicillin", "cephalosporin", "fluoroquinolone", "macrolide", "sulfonamide", "tetracycline", "antibiotic", "antiviral",
  "antifungal", "NSAID", "opioid", "analgesic", "anticonvulsant", "antidiabetic", "anticoagulant", "antiplatelet",
  "ACE inhibitor", "ARB", "beta blocker", "calcium channel blocker", "diuretic", "potassium-sparing diuretic", "statin",
  "antiarrhythmic", "nitrate", "PDE5 inhibitor", "PPI", "thyroid hormone", "bronchodilator", "corticosteroid", "SSRI",
  "tricyclic", "mood stabiliser", "antirheumatic", "gout drug",
] as const; // biome-ignore format: a list

/** A dose as written in a chart. */
export interface Regimen {
  dose: string;
  frequency: string;
}

export interface Drug {
  name: string;
  class: DrugClass;
  route: "oral" | "intravenous" | "subcutaneous" | "inhaled";
  /** Usual adult regimens; the first is the usual start. */
  regimens: readonly Regimen[];
  /** Adjustment to renal function, highest threshold first: the first with eGFR ≥ `from` holds. `avoid`: do not give. */
  renal?: readonly ({ from: number } & (Regimen | { avoid: true }))[];
}

const od = "once daily";
const bd = "twice daily";
const tds = "three times daily";
const qds = "four times daily";
const r = (dose: string, frequency: string): Regimen => ({ dose, frequency });
const step = (from: number, dose: string, frequency: string) => ({ from, dose, frequency });
const avoid = (from = 0) => ({ from, avoid: true as const });

// biome-ignore format: a table
export const drugs: readonly Drug[] = [
  { name: "amoxicillin", class: "penicillin", route: "oral", regimens: [r("500 mg", tds), r("1 g", tds)] },
  { name: "flucloxacillin", class: "penicillin", route: "oral", regimens: [r("500 mg", qds), r("1 g", qds)] },
  { name: "ampicillin", class: "penicillin", route: "intravenous", regimens: [r("1 g", qds), r("2 g", qds)] },
  { name: "cefalexin", class: "cephalosporin", route: "oral", regimens: [r("500 mg", bd), r("500 mg", tds)] },
  { name: "ceftriaxone", class: "cephalosporin", route: "intravenous", regimens: [r("1 g", od), r("2 g", od)] },
  { name: "ciprofloxacin", class: "fluoroquinolone", route: "oral", regimens: [r("500 mg", bd), r("750 mg", bd)],
    renal: [step(30, "500 mg", bd), step(0, "500 mg", od)] },
  { name: "levofloxacin", class: "fluoroquinolone", route: "oral", regimens: [r("500 mg", od), r("500 mg", bd)],
    renal: [step(50, "500 mg", od), step(20, "250 mg", od), step(0, "250 mg", "every 48 hours")] },
  { name: "azithromycin", class: "macrolide", route: "oral", regimens: [r("500 mg", od), r("250 mg", od)] },
  { name: "clarithromycin", class: "macrolide", route: "oral", regimens: [r("500 mg", bd), r("250 mg", bd)],
    renal: [step(30, "500 mg", bd), step(0, "250 mg", bd)] },
  { name: "co-trimoxazole", class: "sulfonamide", route: "oral", regimens: [r("960 mg", bd)],
    renal: [step(30, "960 mg", bd), step(15, "480 mg", bd), avoid()] },
  { name: "doxycycline", class: "tetracycline", route: "oral", regimens: [r("100 mg", bd), r("100 mg", od)] },
  { name: "nitrofurantoin", class: "antibiotic", route: "oral", regimens: [r("100 mg", bd), r("50 mg", qds)],
    renal: [step(45, "100 mg", bd), avoid()] },
  { name: "metronidazole", class: "antibiotic", route: "oral", regimens: [r("400 mg", tds), r("500 mg", tds)] },
  { name: "aciclovir", class: "antiviral", route: "oral", regimens: [r("800 mg", "five times daily"), r("400 mg", bd)],
    renal: [step(25, "800 mg", "five times daily"), step(10, "800 mg", tds), step(0, "800 mg", bd)] },
  { name: "fluconazole", class: "antifungal", route: "oral", regimens: [r("200 mg", od), r("400 mg", od)],
    renal: [step(50, "200 mg", od), step(0, "100 mg", od)] },
  { name: "ibuprofen", class: "NSAID", route: "oral", regimens: [r("400 mg", tds), r("600 mg", tds)], renal: [step(30, "400 mg", tds), avoid()] },
  { name: "naproxen", class: "NSAID", route: "oral", regimens: [r("500 mg", bd), r("250 mg", bd)], renal: [step(30, "500 mg", bd), avoid()] },
  { name: "diclofenac", class: "NSAID", route: "oral", regimens: [r("50 mg", tds), r("75 mg", bd)] },
  { name: "paracetamol", class: "analgesic", route: "oral", regimens: [r("1 g", qds), r("500 mg", qds)] },
  { name: "morphine", class: "opioid", route: "oral", regimens: [r("10 mg", "every 4 hours"), r("20 mg", bd)] },
  { name: "codeine", class: "opioid", route: "oral", regimens: [r("30 mg", qds), r("60 mg", qds)] },
  { name: "tramadol", class: "opioid", route: "oral", regimens: [r("50 mg", qds), r("100 mg", bd)], renal: [step(30, "50 mg", qds), step(0, "50 mg", bd)] },
  { name: "gabapentin", class: "anticonvulsant", route: "oral", regimens: [r("300 mg", tds), r("600 mg", tds)],
    renal: [step(60, "300 mg", tds), step(30, "300 mg", bd), step(15, "300 mg", od), step(0, "100 mg", od)] },
  { name: "carbamazepine", class: "anticonvulsant", route: "oral", regimens: [r("200 mg", bd), r("400 mg", bd)] },
  { name: "phenytoin", class: "anticonvulsant", route: "oral", regimens: [r("300 mg", od), r("200 mg", od)] },
  { name: "valproate", class: "anticonvulsant", route: "oral", regimens: [r("500 mg", bd), r("300 mg", bd)] },
  { name: "metformin", class: "antidiabetic", route: "oral", regimens: [r("500 mg", bd), r("1 g", bd)],
    renal: [step(45, "1 g", bd), step(30, "500 mg", bd), avoid()] },
  { name: "sitagliptin", class: "antidiabetic", route: "oral", regimens: [r("100 mg", od)],
    renal: [step(45, "100 mg", od), step(30, "50 mg", od), step(0, "25 mg", od)] },
  { name: "insulin glargine", class: "antidiabetic", route: "subcutaneous", regimens: [r("20 units", od), r("32 units", od), r("14 units", od)] },
  { name: "warfarin", class: "anticoagulant", route: "oral", regimens: [r("5 mg", od), r("3 mg", od)] },
  { name: "apixaban", class: "anticoagulant", route: "oral", regimens: [r("5 mg", bd)],
    renal: [step(30, "5 mg", bd), step(15, "2.5 mg", bd), avoid()] },
  { name: "rivaroxaban", class: "anticoagulant", route: "oral", regimens: [r("20 mg", od)],
    renal: [step(50, "20 mg", od), step(15, "15 mg", od), avoid()] },
  { name: "dabigatran", class: "anticoagulant", route: "oral", regimens: [r("150 mg", bd)],
    renal: [step(50, "150 mg", bd), step(30, "110 mg", bd), avoid()] },
  { name: "aspirin", class: "antiplatelet", route: "oral", regimens: [r("75 mg", od), r("300 mg", od)] },
  { name: "clopidogrel", class: "antiplatelet", route: "oral", regimens: [r("75 mg", od)] },
  { name: "ramipril", class: "ACE inhibitor", route: "oral", regimens: [r("5 mg", od), r("2.5 mg", od), r("10 mg", od)] },
  { name: "lisinopril", class: "ACE inhibitor", route: "oral", regimens: [r("10 mg", od), r("20 mg", od)] },
  { name: "losartan", class: "ARB", route: "oral", regimens: [r("50 mg", od), r("100 mg", od)] },
  { name: "bisoprolol", class: "beta blocker", route: "oral", regimens: [r("5 mg", od), r("2.5 mg", od)] },
  { name: "metoprolol", class: "beta blocker", route: "oral", regimens: [r("50 mg", bd), r("25 mg", bd)] },
  { name: "amlodipine", class: "calcium channel blocker", route: "oral", regimens: [r("5 mg", od), r("10 mg", od)] },
  { name: "furosemide", class: "diuretic", route: "oral", regimens: [r("40 mg", od), r("20 mg", od)] },
  { name: "hydrochlorothiazide", class: "diuretic", route: "oral", regimens: [r("25 mg", od), r("12.5 mg", od)] },
  { name: "spironolactone", class: "potassium-sparing diuretic", route: "oral", regimens: [r("25 mg", od), r("50 mg", od)],
    renal: [step(50, "25 mg", od), step(30, "12.5 mg", od), avoid()] },
  { name: "simvastatin", class: "statin", route: "oral", regimens: [r("40 mg", od), r("20 mg", od)] },
  { name: "atorvastatin", class: "statin", route: "oral", regimens: [r("20 mg", od), r("40 mg", od)] },
  { name: "amiodarone", class: "antiarrhythmic", route: "oral", regimens: [r("200 mg", od), r("200 mg", bd)] },
  { name: "digoxin", class: "antiarrhythmic", route: "oral", regimens: [r("125 micrograms", od), r("250 micrograms", od)] },
  { name: "isosorbide mononitrate", class: "nitrate", route: "oral", regimens: [r("60 mg", od), r("20 mg", bd)] },
  { name: "sildenafil", class: "PDE5 inhibitor", route: "oral", regimens: [r("50 mg", "as needed"), r("25 mg", "as needed")] },
  { name: "omeprazole", class: "PPI", route: "oral", regimens: [r("20 mg", od), r("40 mg", od)] },
  { name: "levothyroxine", class: "thyroid hormone", route: "oral", regimens: [r("100 micrograms", od), r("50 micrograms", od), r("75 micrograms", od)] },
  { name: "salbutamol", class: "bronchodilator", route: "inhaled", regimens: [r("200 micrograms", "as needed")] },
  { name: "prednisolone", class: "corticosteroid", route: "oral", regimens: [r("30 mg", od), r("5 mg", od), r("40 mg", od)] },
  { name: "sertraline", class: "SSRI", route: "oral", regimens: [r("50 mg", od), r("100 mg", od)] },
  { name: "fluoxetine", class: "SSRI", route: "oral", regimens: [r("20 mg", od), r("40 mg", od)] },
  { name: "amitriptyline", class: "tricyclic", route: "oral", regimens: [r("25 mg", od), r("10 mg", od)] },
  { name: "lithium", class: "mood stabiliser", route: "oral", regimens: [r("400 mg", od), r("800 mg", od)] },
  { name: "methotrexate", class: "antirheumatic", route: "oral", regimens: [r("10 mg", "once weekly"), r("15 mg", "once weekly")] },
  { name: "allopurinol", class: "gout drug", route: "oral", regimens: [r("300 mg", od), r("100 mg", od)],
    renal: [step(60, "300 mg", od), step(30, "200 mg", od), step(0, "100 mg", od)] },
  { name: "colchicine", class: "gout drug", route: "oral", regimens: [r("500 micrograms", bd), r("500 micrograms", tds)] },
];

export interface InteractionRule {
  /** Each a drug's name or a class. */
  between: readonly [string, string];
  severity: "major" | "moderate";
  effect: string;
}

// biome-ignore format: a table
export const interactionRules: readonly InteractionRule[] = [
  { between: ["anticoagulant", "NSAID"], severity: "major", effect: "bleeding" },
  { between: ["anticoagulant", "antiplatelet"], severity: "major", effect: "bleeding" },
  { between: ["warfarin", "amiodarone"], severity: "major", effect: "high INR" },
  { between: ["warfarin", "fluconazole"], severity: "major", effect: "high INR" },
  { between: ["warfarin", "metronidazole"], severity: "major", effect: "high INR" },
  { between: ["warfarin", "co-trimoxazole"], severity: "major", effect: "high INR" },
  { between: ["warfarin", "clarithromycin"], severity: "moderate", effect: "high INR" },
  { between: ["warfarin", "ciprofloxacin"], severity: "moderate", effect: "high INR" },
  { between: ["warfarin", "carbamazepine"], severity: "moderate", effect: "low INR" },
  { between: ["apixaban", "carbamazepine"], severity: "major", effect: "loss of effect" },
  { between: ["SSRI", "anticoagulant"], severity: "moderate", effect: "bleeding" },
  { between: ["SSRI", "NSAID"], severity: "moderate", effect: "bleeding" },
  { between: ["SSRI", "tramadol"], severity: "major", effect: "serotonin syndrome" },
  { between: ["amitriptyline", "tramadol"], severity: "major", effect: "serotonin syndrome" },
  { between: ["simvastatin", "clarithromycin"], severity: "major", effect: "muscle damage" },
  { between: ["atorvastatin", "clarithromycin"], severity: "major", effect: "muscle damage" },
  { between: ["simvastatin", "amiodarone"], severity: "major", effect: "muscle damage" },
  { between: ["simvastatin", "fluconazole"], severity: "major", effect: "muscle damage" },
  { between: ["simvastatin", "amlodipine"], severity: "moderate", effect: "muscle damage" },
  { between: ["ACE inhibitor", "potassium-sparing diuretic"], severity: "major", effect: "high potassium" },
  { between: ["ARB", "potassium-sparing diuretic"], severity: "major", effect: "high potassium" },
  { between: ["ACE inhibitor", "co-trimoxazole"], severity: "major", effect: "high potassium" },
  { between: ["ARB", "co-trimoxazole"], severity: "major", effect: "high potassium" },
  { between: ["potassium-sparing diuretic", "co-trimoxazole"], severity: "major", effect: "high potassium" },
  { between: ["ACE inhibitor", "NSAID"], severity: "moderate", effect: "kidney injury" },
  { between: ["ARB", "NSAID"], severity: "moderate", effect: "kidney injury" },
  { between: ["lithium", "NSAID"], severity: "major", effect: "lithium toxicity" },
  { between: ["lithium", "ACE inhibitor"], severity: "major", effect: "lithium toxicity" },
  { between: ["lithium", "hydrochlorothiazide"], severity: "major", effect: "lithium toxicity" },
  { between: ["digoxin", "amiodarone"], severity: "major", effect: "digoxin toxicity" },
  { between: ["digoxin", "clarithromycin"], severity: "major", effect: "digoxin toxicity" },
  { between: ["digoxin", "furosemide"], severity: "moderate", effect: "digoxin toxicity" },
  { between: ["methotrexate", "co-trimoxazole"], severity: "major", effect: "bone marrow failure" },
  { between: ["methotrexate", "NSAID"], severity: "major", effect: "methotrexate toxicity" },
  { between: ["colchicine", "clarithromycin"], severity: "major", effect: "colchicine toxicity" },
  { between: ["sildenafil", "isosorbide mononitrate"], severity: "major", effect: "low blood pressure" },
  { between: ["clopidogrel", "omeprazole"], severity: "moderate", effect: "loss of effect" },
  { between: ["phenytoin", "fluconazole"], severity: "major", effect: "phenytoin toxicity" },
  { between: ["carbamazepine", "clarithromycin"], severity: "major", effect: "carbamazepine toxicity" },
  { between: ["corticosteroid", "NSAID"], severity: "moderate", effect: "stomach ulcer" },
  { between: ["beta blocker", "amiodarone"], severity: "major", effect: "slow heart rate" },
  { between: ["beta blocker", "digoxin"], severity: "moderate", effect: "slow heart rate" },
];

/** What patients are allergic to: a drug or a class, or something that is no drug. */
export const allergens = ["penicillin", "cephalosporin", "sulfonamide", "macrolide", "fluoroquinolone", "NSAID", "aspirin",
  "codeine", "morphine", "statin", "tetracycline", "carbamazepine", "latex", "peanut", "iodine contrast"] as const; // biome-ignore format: a list

export const reactions = [
  { reaction: "rash", severity: "mild" },
  { reaction: "itching", severity: "mild" },
  { reaction: "nausea", severity: "mild" },
  { reaction: "hives", severity: "moderate" },
  { reaction: "wheeze", severity: "moderate" },
  { reaction: "swelling of the face", severity: "severe" },
  { reaction: "anaphylaxis", severity: "severe" },
  { reaction: "blistering skin", severity: "severe" },
] as const;

export interface LabTest {
  name: string;
  unit: string;
  /** Usual adult reference interval. */
  range: readonly [low: number, high: number];
  /** What an abnormal value is drawn from, below and above the range. */
  extremes: readonly [low: number, high: number];
  decimals: number;
}

// biome-ignore format: a table
export const labTests: readonly LabTest[] = [
  { name: "sodium", unit: "mmol/L", range: [135, 145], extremes: [118, 158], decimals: 0 },
  { name: "potassium", unit: "mmol/L", range: [3.5, 5.1], extremes: [2.4, 6.9], decimals: 1 },
  { name: "chloride", unit: "mmol/L", range: [98, 107], extremes: [86, 119], decimals: 0 },
  { name: "bicarbonate", unit: "mmol/L", range: [22, 29], extremes: [9, 38], decimals: 0 },
  { name: "urea", unit: "mmol/L", range: [2.5, 7.8], extremes: [1.2, 34.9], decimals: 1 },
  { name: "calcium", unit: "mmol/L", range: [2.2, 2.6], extremes: [1.65, 3.45], decimals: 2 },
  { name: "magnesium", unit: "mmol/L", range: [0.7, 1.0], extremes: [0.35, 1.65], decimals: 2 },
  { name: "glucose", unit: "mmol/L", range: [4.0, 7.8], extremes: [2.1, 28.9], decimals: 1 },
  { name: "HbA1c", unit: "mmol/mol", range: [20, 42], extremes: [15, 118], decimals: 0 },
  { name: "haemoglobin", unit: "g/L", range: [125, 170], extremes: [58, 205], decimals: 0 },
  { name: "platelets", unit: "10^9/L", range: [150, 400], extremes: [18, 790], decimals: 0 },
  { name: "white cells", unit: "10^9/L", range: [4.0, 11.0], extremes: [0.8, 31.5], decimals: 1 },
  { name: "CRP", unit: "mg/L", range: [0, 5], extremes: [0, 342], decimals: 0 },
  { name: "albumin", unit: "g/L", range: [35, 50], extremes: [16, 57], decimals: 0 },
  { name: "bilirubin", unit: "umol/L", range: [3, 21], extremes: [1, 242], decimals: 0 },
  { name: "ALT", unit: "U/L", range: [7, 45], extremes: [3, 985], decimals: 0 },
  { name: "TSH", unit: "mIU/L", range: [0.4, 4.0], extremes: [0.01, 48.5], decimals: 2 },
  { name: "INR", unit: "ratio", range: [0.8, 1.2], extremes: [0.6, 7.4], decimals: 1 },
  { name: "troponin", unit: "ng/L", range: [0, 14], extremes: [0, 2350], decimals: 0 },
  { name: "lactate", unit: "mmol/L", range: [0.5, 2.0], extremes: [0.3, 11.6], decimals: 1 },
];

export interface ConditionEntry {
  name: string;
  /** WHO ICD-10 */
  icd10: string;
  complaints: readonly string[];
  /** Drugs a patient with it is likely to take. */
  drugs: readonly string[];
}

// biome-ignore format: a table
export const conditions: readonly ConditionEntry[] = [
  { name: "hypertension", icd10: "I10", complaints: ["headache", "dizziness"], drugs: ["ramipril", "lisinopril", "losartan", "amlodipine", "hydrochlorothiazide"] },
  { name: "type 2 diabetes", icd10: "E11.9", complaints: ["thirst", "tiredness"], drugs: ["metformin", "sitagliptin", "insulin glargine"] },
  { name: "atrial fibrillation", icd10: "I48.9", complaints: ["palpitations", "dizziness"], drugs: ["warfarin", "apixaban", "rivaroxaban", "dabigatran", "bisoprolol", "digoxin", "amiodarone"] },
  { name: "heart failure", icd10: "I50.9", complaints: ["swollen legs", "shortness of breath"], drugs: ["furosemide", "spironolactone", "ramipril", "bisoprolol", "digoxin"] },
  { name: "angina", icd10: "I20.9", complaints: ["chest pain"], drugs: ["isosorbide mononitrate", "aspirin", "bisoprolol", "atorvastatin"] },
  { name: "stroke", icd10: "I63.9", complaints: ["weakness of the arm", "slurred speech"], drugs: ["clopidogrel", "atorvastatin"] },
  { name: "high cholesterol", icd10: "E78.5", complaints: ["check-up"], drugs: ["simvastatin", "atorvastatin"] },
  { name: "asthma", icd10: "J45.9", complaints: ["wheeze", "cough"], drugs: ["salbutamol", "prednisolone"] },
  { name: "COPD", icd10: "J44.9", complaints: ["cough", "shortness of breath"], drugs: ["salbutamol", "prednisolone", "doxycycline"] },
  { name: "pneumonia", icd10: "J18.9", complaints: ["cough", "fever"], drugs: ["amoxicillin", "clarithromycin", "levofloxacin"] },
  { name: "urinary tract infection", icd10: "N39.0", complaints: ["burning urine", "fever"], drugs: ["nitrofurantoin", "ciprofloxacin", "cefalexin"] },
  { name: "cellulitis", icd10: "L03.9", complaints: ["red swollen leg"], drugs: ["flucloxacillin", "cefalexin"] },
  { name: "herpes zoster", icd10: "B02.9", complaints: ["painful rash"], drugs: ["aciclovir", "paracetamol"] },
  { name: "hypothyroidism", icd10: "E03.9", complaints: ["tiredness", "weight gain"], drugs: ["levothyroxine"] },
  { name: "gout", icd10: "M10.9", complaints: ["painful big toe"], drugs: ["allopurinol", "colchicine", "naproxen"] },
  { name: "osteoarthritis", icd10: "M19.9", complaints: ["knee pain", "hip pain"], drugs: ["paracetamol", "ibuprofen", "naproxen", "codeine"] },
  { name: "rheumatoid arthritis", icd10: "M06.9", complaints: ["painful hands", "stiff joints"], drugs: ["methotrexate", "diclofenac", "prednisolone"] },
  { name: "low back pain", icd10: "M54.5", complaints: ["back pain"], drugs: ["ibuprofen", "codeine", "tramadol"] },
  { name: "epilepsy", icd10: "G40.9", complaints: ["seizure"], drugs: ["carbamazepine", "phenytoin", "valproate"] },
  { name: "migraine", icd10: "G43.9", complaints: ["headache"], drugs: ["naproxen", "amitriptyline", "paracetamol"] },
  { name: "polyneuropathy", icd10: "G62.9", complaints: ["numb feet"], drugs: ["gabapentin", "amitriptyline"] },
  { name: "depression", icd10: "F32.9", complaints: ["low mood", "poor sleep"], drugs: ["sertraline", "fluoxetine"] },
  { name: "bipolar disorder", icd10: "F31.9", complaints: ["poor sleep", "restlessness"], drugs: ["lithium", "valproate"] },
  { name: "reflux disease", icd10: "K21.9", complaints: ["heartburn"], drugs: ["omeprazole"] },
  { name: "erectile dysfunction", icd10: "N48.4", complaints: ["check-up"], drugs: ["sildenafil"] },
  { name: "deep vein thrombosis", icd10: "I80.2", complaints: ["swollen calf"], drugs: ["apixaban", "rivaroxaban", "warfarin"] },
  { name: "pulmonary embolism", icd10: "I26.9", complaints: ["shortness of breath", "chest pain"], drugs: ["apixaban", "rivaroxaban", "dabigatran"] },
  { name: "iron deficiency anaemia", icd10: "D50.9", complaints: ["tiredness", "pale skin"], drugs: [] },
];

// biome-ignore format: lists
export const givenNames = { female: ["Ada", "Amina", "Clara", "Dora", "Elif", "Grace", "Hana", "Ines", "Julia", "Karin", "Lena", "Maria", "Nadia", "Olga", "Priya", "Rosa", "Sara", "Tanja", "Vera", "Yuki"],
  male: ["Adam", "Boris", "Carlos", "David", "Emil", "Farid", "George", "Hugo", "Ivan", "Jonas", "Kofi", "Leo", "Marco", "Noah", "Omar", "Paul", "Ravi", "Stefan", "Tomas", "Viktor"] } as const;
// biome-ignore format: a list
export const familyNames = ["Adler", "Bauer", "Chen", "Duran", "Evans", "Fischer", "Garcia", "Haas", "Ito", "Jensen", "Keller", "Lopez", "Meyer", "Novak", "Okoye", "Patel", "Quinn", "Rossi", "Singh", "Tanaka", "Ural", "Vogel", "Weber", "Young", "Ziegler"] as const;

const byName = new Map(drugs.map((drug) => [drug.name, drug]));

export function findDrug(name: string): Drug | undefined {
  return byName.get(name.trim().toLowerCase());
}

/** The drug itself or its class. */
export function isDrugOrClass(drug: Drug, nameOrClass: string): boolean {
  return drug.name === nameOrClass || drug.class === nameOrClass;
}

/** The first rule that holds between two drugs, in either order. */
export function findInteraction(a: Drug, b: Drug): InteractionRule | undefined {
  return interactionRules.find(
    ({ between: [x, y] }) =>
      (isDrugOrClass(a, x) && isDrugOrClass(b, y)) || (isDrugOrClass(a, y) && isDrugOrClass(b, x)),
  );
}
