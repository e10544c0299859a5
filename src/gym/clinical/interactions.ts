/**
 * Interactions of drugs. Sources: product labels (contraindications, "Interactions" section), BNF appendix 1, FDA table of CYP
 * inhibitors and inducers, CredibleMeds for QT; single papers are named where one made the case. Simplified: never for care.
 */
import { interactionRules } from "../../data/clinical/tables.ts";
import { type Drug, findDrug, keysOf } from "./drugs.ts";

export const interactionSeverities = ["minor", "moderate", "major", "contraindicated"] as const;
export type InteractionSeverity = (typeof interactionSeverities)[number];
/** `established`: in labels or trials; `probable`: case series and mechanism; `theoretical`: mechanism only. */
export type Evidence = "established" | "probable" | "theoretical";

export interface Interaction {
  /** Each what `keysOf` gives for a drug: its name, class, group, a tag, a CYP role. */
  between: readonly [string, string];
  severity: InteractionSeverity;
  effect: string;
  mechanism: string;
  management: string;
  evidence: Evidence;
  source: string;
}

interface Details extends Omit<Interaction, "between" | "effect" | "severity"> {
  /** Where the gym grades more finely than the table of `data/clinical`. */
  severity?: InteractionSeverity;
}

const d = (mechanism: string, management: string, source: string, severity?: InteractionSeverity): Details => ({
  mechanism, management, source, evidence: "established", ...(severity ? { severity } : {}),
}); // biome-ignore format: a table

const n = (
  a: string,
  b: string,
  severity: InteractionSeverity,
  effect: string,
  mechanism: string,
  management: string,
  source: string,
  evidence: Evidence = "established",
): Interaction => ({ between: [a, b], severity, effect, mechanism, management, evidence, source });

const inhibits3A4 = "inhibition of CYP3A4";
const qtLabels = "labels; CredibleMeds; Tisdale JE 2016";

// biome-ignore format: a table
/** What the rules of `data/clinical` leave out, by their pair. */
const details: Readonly<Record<string, Details>> = {
  "anticoagulant + NSAID": d("impaired platelets and stomach lining under anticoagulation", "avoid the NSAID; use paracetamol", "labels; Davidson BL, JAMA Intern Med 2014"),
  "anticoagulant + antiplatelet": d("two steps of haemostasis blocked", "combine only with a clear indication and for a short time", "ESC guideline 2020 on atrial fibrillation"),
  "warfarin + amiodarone": d("inhibition of CYP2C9", "reduce warfarin by 30-50 % and measure the INR weekly", "labels"),
  "warfarin + fluconazole": d("inhibition of CYP2C9", "reduce warfarin and measure the INR often", "labels"),
  "warfarin + metronidazole": d("inhibition of CYP2C9", "choose another antibiotic or reduce warfarin and measure the INR", "labels"),
  "warfarin + co-trimoxazole": d("inhibition of CYP2C9", "choose another antibiotic or reduce warfarin and measure the INR", "labels"),
  "warfarin + clarithromycin": d(inhibits3A4, "measure the INR in 3-5 days", "labels"),
  "warfarin + ciprofloxacin": d("inhibition of CYP1A2; loss of gut flora", "measure the INR in 3-5 days", "labels"),
  "warfarin + carbamazepine": d("induction of CYP2C9 and CYP3A4", "measure the INR often; the dose of warfarin may have to rise", "labels"),
  "apixaban + carbamazepine": d("induction of CYP3A4 and P-gp", "avoid; use warfarin or another anticonvulsant", "FDA label of apixaban"),
  "SSRI + anticoagulant": d("less serotonin in platelets", "watch for bleeding; consider a PPI", "BNF"),
  "SSRI + NSAID": d("less serotonin in platelets and impaired stomach lining", "avoid the NSAID or add a PPI", "BNF"),
  "SSRI + tramadol": d("both raise serotonin; strong CYP2D6 inhibitors also weaken tramadol", "choose another analgesic", "FDA label of tramadol"),
  "amitriptyline + tramadol": d("both raise serotonin and lower the seizure threshold", "choose another analgesic", "FDA label of tramadol"),
  "simvastatin + clarithromycin": d(inhibits3A4, "stop simvastatin for the course or use azithromycin", "FDA label of simvastatin", "contraindicated"),
  "atorvastatin + clarithromycin": d(inhibits3A4, "at most 20 mg atorvastatin, or use azithromycin", "FDA label of atorvastatin"),
  "simvastatin + amiodarone": d(inhibits3A4, "at most 20 mg simvastatin, or use pravastatin", "FDA label of simvastatin"),
  "simvastatin + fluconazole": d(inhibits3A4, "stop simvastatin for the course or use pravastatin", "BNF"),
  "simvastatin + amlodipine": d(inhibits3A4, "at most 20 mg simvastatin", "FDA label of simvastatin"),
  "ACE inhibitor + potassium-sparing diuretic": d("both lower the excretion of potassium", "measure potassium and creatinine after 1 and 4 weeks", "labels; Juurlink DN, N Engl J Med 2004"),
  "ARB + potassium-sparing diuretic": d("both lower the excretion of potassium", "measure potassium and creatinine after 1 and 4 weeks", "labels"),
  "ACE inhibitor + co-trimoxazole": d("trimethoprim blocks sodium channels of the collecting duct", "choose another antibiotic or measure potassium", "Antoniou T, Arch Intern Med 2010"),
  "ARB + co-trimoxazole": d("trimethoprim blocks sodium channels of the collecting duct", "choose another antibiotic or measure potassium", "Antoniou T, Arch Intern Med 2010"),
  "potassium-sparing diuretic + co-trimoxazole": d("trimethoprim blocks sodium channels of the collecting duct", "choose another antibiotic", "Antoniou T, BMJ 2011"),
  "ACE inhibitor + NSAID": d("less prostaglandin in the kidney, weaker effect on pressure", "avoid, above all with a diuretic; measure creatinine", "BNF"),
  "ARB + NSAID": d("less prostaglandin in the kidney, weaker effect on pressure", "avoid, above all with a diuretic; measure creatinine", "BNF"),
  "lithium + NSAID": d("less renal clearance of lithium", "use paracetamol; else measure lithium after 5-7 days", "labels"),
  "lithium + ACE inhibitor": d("less renal clearance of lithium", "choose another drug, or reduce lithium and measure it weekly", "Juurlink DN, J Am Geriatr Soc 2004"),
  "lithium + hydrochlorothiazide": d("more reabsorption of lithium with sodium", "choose another drug, or reduce lithium by 25-50 % and measure it", "labels"),
  "digoxin + amiodarone": d("inhibition of P-gp", "halve digoxin and measure its level", "labels"),
  "digoxin + clarithromycin": d("inhibition of P-gp", "choose another antibiotic or measure digoxin", "labels; Juurlink DN, JAMA 2003"),
  "digoxin + furosemide": d("low potassium and magnesium sensitise the heart", "keep potassium above 4 mmol/L", "labels"),
  "methotrexate + co-trimoxazole": d("two folate antagonists; less renal clearance of methotrexate", "avoid; choose another antibiotic", "labels; BNF"),
  "methotrexate + NSAID": d("less renal clearance of methotrexate", "avoid, or watch blood count and creatinine at low doses", "labels"),
  "colchicine + clarithromycin": d("inhibition of CYP3A4 and P-gp", "never together in renal or hepatic impairment; else reduce colchicine", "FDA label of colchicine"),
  "sildenafil + isosorbide mononitrate": d("both raise cyclic GMP in vessels", "never together; no nitrate within 24 hours of sildenafil", "labels", "contraindicated"),
  "clopidogrel + omeprazole": d("inhibition of CYP2C19: less active metabolite", "use pantoprazole", "FDA label of clopidogrel"),
  "phenytoin + fluconazole": d("inhibition of CYP2C9", "reduce phenytoin and measure its level", "labels"),
  "carbamazepine + clarithromycin": d(inhibits3A4, "use azithromycin, or reduce carbamazepine and measure its level", "labels"),
  "corticosteroid + NSAID": d("both harm the stomach lining", "avoid the NSAID or add a PPI", "BNF"),
  "beta blocker + amiodarone": d("both slow sinus and AV node", "watch heart rate and ECG", "labels"),
  "beta blocker + digoxin": d("both slow the AV node", "watch the heart rate", "labels"),
};

// biome-ignore format: a table
const more: readonly Interaction[] = [
  n("anticoagulant", "anticoagulant", "major", "bleeding", "two anticoagulants at once", "never two, except while changing from one to the other", "labels"),
  n("thrombolytic", "anticoagulant", "contraindicated", "bleeding", "lysis of clots under anticoagulation", "no thrombolysis within the limits of the stroke guideline", "AHA/ASA guideline 2019"),
  n("anticoagulant", "St John's wort", "major", "loss of effect", "induction of CYP3A4, CYP2C9 and P-gp", "avoid St John's wort", "labels"),
  n("anticoagulant", "rifampicin", "major", "loss of effect", "induction of CYP3A4, CYP2C9 and P-gp", "avoid with direct anticoagulants; with warfarin measure the INR often", "labels"),
  n("enoxaparin", "rifampicin", "minor", "no important effect", "not cleared by CYP", "no action", "labels", "theoretical"),
  n("enoxaparin", "St John's wort", "minor", "no important effect", "not cleared by CYP", "no action", "labels", "theoretical"),
  n("heparin", "rifampicin", "minor", "no important effect", "not cleared by CYP", "no action", "labels", "theoretical"),
  n("heparin", "St John's wort", "minor", "no important effect", "not cleared by CYP", "no action", "labels", "theoretical"),
  n("apixaban", "itraconazole", "major", "bleeding", "inhibition of CYP3A4 and P-gp", "halve apixaban or avoid", "FDA label of apixaban"),
  n("rivaroxaban", "itraconazole", "major", "bleeding", "inhibition of CYP3A4 and P-gp", "avoid", "FDA label of rivaroxaban"),
  n("dabigatran", "itraconazole", "contraindicated", "bleeding", "inhibition of P-gp", "never together", "EMA label of dabigatran"),
  n("dabigatran", "verapamil", "moderate", "bleeding", "inhibition of P-gp", "110 mg twice daily, taken at the same time", "EMA label of dabigatran"),
  n("dabigatran", "amiodarone", "moderate", "bleeding", "inhibition of P-gp", "watch for bleeding and renal function", "EMA label of dabigatran"),
  n("rivaroxaban", "carbamazepine", "major", "loss of effect", "induction of CYP3A4 and P-gp", "avoid", "FDA label of rivaroxaban"),
  n("apixaban", "phenytoin", "major", "loss of effect", "induction of CYP3A4 and P-gp", "avoid", "FDA label of apixaban"),
  n("rivaroxaban", "phenytoin", "major", "loss of effect", "induction of CYP3A4 and P-gp", "avoid", "FDA label of rivaroxaban"),
  n("dabigatran", "carbamazepine", "major", "loss of effect", "induction of P-gp", "avoid", "EMA label of dabigatran"),
  n("dabigatran", "phenytoin", "major", "loss of effect", "induction of P-gp", "avoid", "EMA label of dabigatran"),
  n("warfarin", "itraconazole", "major", "high INR", inhibits3A4, "measure the INR often", "labels"),
  n("warfarin", "paracetamol", "minor", "high INR", "a metabolite hinders the cycle of vitamin K", "measure the INR if more than 2 g a day is taken for days", "Hylek EM, JAMA 1998"),
  n("warfarin", "levothyroxine", "moderate", "high INR", "faster breakdown of clotting factors", "measure the INR when levothyroxine is started or changed", "labels"),
  n("antiplatelet", "antiplatelet", "moderate", "bleeding", "two ways of platelet activation blocked", "combine for a limited time after a coronary event; consider a PPI", "ESC guideline 2023 on acute coronary syndromes"),
  n("antiplatelet", "NSAID", "major", "bleeding", "platelets and stomach lining; ibuprofen also blocks the action of aspirin", "avoid the NSAID; use paracetamol", "FDA notice 2006"),
  n("SSRI", "antiplatelet", "moderate", "bleeding", "less serotonin in platelets", "watch for bleeding; consider a PPI", "BNF"),
  n("NSAID", "NSAID", "major", "stomach ulcer", "the same action twice", "never two NSAIDs", "labels"),
  n("ticagrelor", "clarithromycin", "contraindicated", "bleeding", inhibits3A4, "use azithromycin", "EMA label of ticagrelor"),
  n("ticagrelor", "itraconazole", "contraindicated", "bleeding", inhibits3A4, "choose another antifungal", "EMA label of ticagrelor"),
  n("ticagrelor", "rifampicin", "major", "loss of effect", "induction of CYP3A4", "avoid", "FDA label of ticagrelor"),
  n("ticagrelor", "simvastatin", "moderate", "muscle damage", inhibits3A4, "at most 40 mg simvastatin", "FDA label of ticagrelor"),
  n("simvastatin", "itraconazole", "contraindicated", "muscle damage", inhibits3A4, "stop simvastatin for the course", "FDA label of simvastatin"),
  n("atorvastatin", "itraconazole", "major", "muscle damage", inhibits3A4, "at most 20 mg atorvastatin, or stop it for the course", "FDA label of atorvastatin"),
  n("simvastatin", "ciclosporin", "contraindicated", "muscle damage", "inhibition of CYP3A4 and of uptake into the liver", "never together", "FDA label of simvastatin"),
  n("atorvastatin", "ciclosporin", "major", "muscle damage", "inhibition of uptake into the liver and of CYP3A4", "avoid", "FDA label of atorvastatin"),
  n("rosuvastatin", "ciclosporin", "contraindicated", "muscle damage", "inhibition of uptake into the liver", "never together (EMA); at most 5 mg (FDA)", "EMA label of rosuvastatin"),
  n("simvastatin", "verapamil", "major", "muscle damage", inhibits3A4, "at most 10 mg simvastatin, or use pravastatin", "FDA label of simvastatin"),
  n("simvastatin", "diltiazem", "major", "muscle damage", inhibits3A4, "at most 10 mg simvastatin, or use pravastatin", "FDA label of simvastatin"),
  n("statin", "colchicine", "moderate", "muscle damage", "both harm muscle", "ask for muscle pain", "labels", "probable"),
  n("ACE inhibitor", "ARB", "major", "kidney injury", "double block of the renin-angiotensin system", "do not combine", "ONTARGET, N Engl J Med 2008"),
  n("ACE inhibitor", "potassium supplement", "major", "high potassium", "less excretion and more intake of potassium", "measure potassium; stop the supplement when it is normal", "labels"),
  n("ARB", "potassium supplement", "major", "high potassium", "less excretion and more intake of potassium", "measure potassium; stop the supplement when it is normal", "labels"),
  n("potassium-sparing diuretic", "potassium supplement", "major", "high potassium", "less excretion and more intake of potassium", "avoid unless potassium is low and measured", "labels"),
  n("calcineurin inhibitor", "potassium-sparing diuretic", "major", "high potassium", "both lower the excretion of potassium", "avoid", "labels"),
  n("calcineurin inhibitor", "NSAID", "major", "kidney injury", "both constrict vessels of the kidney", "avoid the NSAID", "labels"),
  n("aminoglycoside", "glycopeptide", "major", "kidney injury", "both harm the tubules", "measure levels and creatinine every day, or choose another", "labels"),
  n("aminoglycoside", "loop diuretic", "major", "hearing loss", "both harm the inner ear", "avoid high doses together; measure levels", "labels"),
  n("aminoglycoside", "NSAID", "major", "kidney injury", "less blood flow of the kidney and harm to tubules", "avoid the NSAID", "labels"),
  n("glycopeptide", "piperacillin-tazobactam", "moderate", "kidney injury", "creatinine rises more often than with either alone", "measure creatinine every day", "Luther MK, Crit Care Med 2018"),
  n("metformin", "empagliflozin", "minor", "low glucose", "two drugs that lower glucose", "usual combination; no action", "ADA standards 2024", "theoretical"),
  n("sulfonylurea", "fluconazole", "major", "low glucose", "inhibition of CYP2C9", "measure glucose often; reduce the sulfonylurea", "labels"),
  n("sulfonylurea", "co-trimoxazole", "moderate", "low glucose", "inhibition of CYP2C9", "measure glucose often", "Juurlink DN, JAMA 2003"),
  n("lithium", "ARB", "major", "lithium toxicity", "less renal clearance of lithium", "choose another drug, or reduce lithium and measure it weekly", "labels"),
  n("lithium", "loop diuretic", "moderate", "lithium toxicity", "loss of sodium raises reabsorption of lithium", "measure lithium after the start", "Juurlink DN, J Am Geriatr Soc 2004"),
  n("lithium", "serotonergic", "moderate", "serotonin syndrome", "both raise serotonin", "watch for tremor and agitation", "labels", "probable"),
  n("digoxin", "verapamil", "major", "digoxin toxicity", "inhibition of P-gp; both slow the AV node", "reduce digoxin by a third to a half and measure it", "labels"),
  n("digoxin", "itraconazole", "major", "digoxin toxicity", "inhibition of P-gp", "measure digoxin and reduce it", "labels"),
  n("digoxin", "hydrochlorothiazide", "moderate", "digoxin toxicity", "low potassium and magnesium sensitise the heart", "keep potassium above 4 mmol/L", "labels"),
  n("digoxin", "St John's wort", "moderate", "loss of effect", "induction of P-gp", "avoid St John's wort", "labels"),
  n("beta blocker", "non-dihydropyridine", "major", "slow heart rate", "both slow sinus and AV node and weaken the heart", "avoid together", "labels"),
  n("non-dihydropyridine", "amiodarone", "major", "slow heart rate", "both slow sinus and AV node", "watch heart rate and ECG", "labels"),
  n("beta blocker", "short-acting beta-2 agonist", "major", "wheeze", "opposite action on the bronchi", "use a beta-1 selective blocker, and only with care", "labels"),
  n("metoprolol", "fluoxetine", "moderate", "slow heart rate", "inhibition of CYP2D6", "watch heart rate; bisoprolol is an alternative", "labels"),
  n("nitrate", "PDE5 inhibitor", "contraindicated", "low blood pressure", "both raise cyclic GMP in vessels", "never together; no nitrate within 24 hours of sildenafil", "labels"),
  n("sildenafil", "strong CYP3A4 inhibitor", "major", "low blood pressure", inhibits3A4, "25 mg sildenafil at most, or avoid", "FDA label of sildenafil"),
  n("SSRI", "MAOI", "contraindicated", "serotonin syndrome", "reuptake and breakdown of serotonin blocked", "never together; 14 days between (5 weeks after fluoxetine)", "labels"),
  n("SNRI", "MAOI", "contraindicated", "serotonin syndrome", "reuptake and breakdown of serotonin blocked", "never together; 14 days between", "labels"),
  n("tricyclic", "MAOI", "contraindicated", "serotonin syndrome", "reuptake and breakdown of serotonin blocked", "never together; 14 days between", "labels"),
  n("tramadol", "MAOI", "contraindicated", "serotonin syndrome", "reuptake and breakdown of serotonin blocked", "never together; 14 days between", "labels"),
  n("triptan", "MAOI", "contraindicated", "serotonin syndrome", "sumatriptan is cleared by MAO-A", "never together; 14 days between", "FDA label of sumatriptan"),
  n("SSRI", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "choose another antibiotic, or stop the SSRI and watch for 2 weeks", "FDA notice 2011"),
  n("SNRI", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "choose another antibiotic, or stop the SNRI and watch for 2 weeks", "FDA notice 2011"),
  n("tricyclic", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "choose another antibiotic", "FDA notice 2011"),
  n("mirtazapine", "MAOI", "contraindicated", "serotonin syndrome", "breakdown of serotonin blocked", "never together; 14 days between", "labels"),
  n("St John's wort", "MAOI", "contraindicated", "serotonin syndrome", "reuptake and breakdown of serotonin blocked", "never together; 14 days between", "labels"),
  n("mirtazapine", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "choose another antibiotic", "FDA notice 2011"),
  n("tramadol", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "choose another analgesic", "labels"),
  n("triptan", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "avoid together", "FDA label of linezolid"),
  n("St John's wort", "linezolid", "major", "serotonin syndrome", "linezolid inhibits monoamine oxidase", "stop St John's wort", "labels"),
  n("tramadol", "St John's wort", "major", "serotonin syndrome", "both raise serotonin", "avoid St John's wort", "labels"),
  n("MAOI", "linezolid", "contraindicated", "hypertensive crisis", "two MAO inhibitors", "never together; 14 days between", "FDA label of linezolid"),
  n("SNRI", "tramadol", "major", "serotonin syndrome", "both raise serotonin", "choose another analgesic", "FDA label of tramadol"),
  n("SSRI", "St John's wort", "major", "serotonin syndrome", "both block reuptake of serotonin", "avoid St John's wort", "labels"),
  n("SSRI", "triptan", "moderate", "serotonin syndrome", "both raise serotonergic tone", "may be combined; tell the patient the signs", "FDA notice 2006", "theoretical"),
  n("SNRI", "triptan", "moderate", "serotonin syndrome", "both raise serotonergic tone", "may be combined; tell the patient the signs", "FDA notice 2006", "theoretical"),
  n("serotonergic", "serotonergic", "moderate", "serotonin syndrome", "both raise serotonin", "watch for tremor, sweating and agitation", "labels", "probable"),
  n("codeine", "fluoxetine", "moderate", "loss of effect", "inhibition of CYP2D6: no morphine is made", "choose another analgesic", "CPIC guideline 2021"),
  n("opioid", "benzodiazepine", "major", "sedation and respiratory depression", "both depress breathing", "avoid, or use the lowest doses and watch", "FDA boxed warning 2016"),
  n("opioid", "gabapentin", "major", "sedation and respiratory depression", "both depress breathing", "reduce the doses and watch", "FDA notice 2019; Gomes T, PLoS Med 2017"),
  n("opioid", "opioid", "major", "sedation and respiratory depression", "the same action twice", "one opioid at a time", "labels"),
  n("clozapine", "benzodiazepine", "major", "sedation and respiratory depression", "collapse and arrest of breathing were seen", "avoid when clozapine is started", "EMA label of clozapine"),
  n("sedating", "sedating", "moderate", "sedation", "both depress the brain", "warn of driving and falls; reduce the doses", "labels"),
  n("QT-prolonging", "QT-prolonging", "major", "QT prolongation", "both block the hERG potassium channel", "choose another drug, or ECG and normal potassium and magnesium", qtLabels),
  n("tizanidine", "ciprofloxacin", "contraindicated", "low blood pressure", "inhibition of CYP1A2", "never together; use another antibiotic", "FDA label of tizanidine; Granfors MT 2004"),
  n("theophylline", "ciprofloxacin", "major", "theophylline toxicity", "inhibition of CYP1A2", "use another antibiotic, or halve theophylline and measure it", "labels"),
  n("theophylline", "clarithromycin", "moderate", "theophylline toxicity", "inhibition of its metabolism", "measure theophylline", "labels"),
  n("theophylline", "rifampicin", "moderate", "loss of effect", "induction of CYP1A2 and CYP3A4", "measure theophylline; the dose may have to rise", "labels"),
  n("clozapine", "ciprofloxacin", "major", "clozapine toxicity", "inhibition of CYP1A2", "reduce clozapine to a third, or use another antibiotic", "FDA label of clozapine"),
  n("clozapine", "carbamazepine", "contraindicated", "bone marrow failure", "both suppress the bone marrow; carbamazepine also lowers the level", "never together", "EMA label of clozapine"),
  n("olanzapine", "carbamazepine", "moderate", "loss of effect", "induction of CYP1A2", "the dose of olanzapine may have to rise", "labels"),
  n("quetiapine", "clarithromycin", "contraindicated", "quetiapine toxicity", inhibits3A4, "never together", "EMA label of quetiapine"),
  n("quetiapine", "itraconazole", "contraindicated", "quetiapine toxicity", inhibits3A4, "never together", "EMA label of quetiapine"),
  n("quetiapine", "carbamazepine", "major", "loss of effect", "induction of CYP3A4", "choose another drug", "labels"),
  n("citalopram", "omeprazole", "moderate", "QT prolongation", "inhibition of CYP2C19", "at most 20 mg citalopram, or use pantoprazole", "FDA notice 2012"),
  n("clopidogrel", "fluoxetine", "moderate", "loss of effect", "inhibition of CYP2C19: less active metabolite", "choose another antidepressant", "FDA label of clopidogrel", "probable"),
  n("ciclosporin", "clarithromycin", "major", "ciclosporin toxicity", inhibits3A4, "use azithromycin, or reduce ciclosporin and measure it", "labels"),
  n("tacrolimus", "clarithromycin", "major", "tacrolimus toxicity", inhibits3A4, "use azithromycin, or reduce tacrolimus and measure it", "labels"),
  n("tacrolimus", "fluconazole", "major", "tacrolimus toxicity", inhibits3A4, "reduce tacrolimus by 40 % or so and measure it", "labels"),
  n("ciclosporin", "fluconazole", "major", "ciclosporin toxicity", inhibits3A4, "reduce ciclosporin and measure it", "labels"),
  n("tacrolimus", "diltiazem", "moderate", "tacrolimus toxicity", inhibits3A4, "measure tacrolimus", "labels"),
  n("ciclosporin", "diltiazem", "moderate", "ciclosporin toxicity", inhibits3A4, "measure ciclosporin", "labels"),
  n("calcineurin inhibitor", "rifampicin", "major", "loss of effect", "induction of CYP3A4", "avoid, or raise the dose several times and measure", "labels"),
  n("ciclosporin", "St John's wort", "contraindicated", "loss of effect", "induction of CYP3A4 and P-gp: rejection of transplants", "never together", "EMA label of ciclosporin; Ruschitzka F, Lancet 2000"),
  n("tacrolimus", "St John's wort", "major", "loss of effect", "induction of CYP3A4 and P-gp: rejection of transplants", "avoid", "labels"),
  n("SSRI", "SSRI", "major", "serotonin syndrome", "the same action twice", "one at a time, except while changing", "labels"),
  n("SSRI", "SNRI", "major", "serotonin syndrome", "both block reuptake of serotonin", "one at a time, except while changing", "labels"),
  n("SNRI", "NSAID", "moderate", "bleeding", "less serotonin in platelets and impaired stomach lining", "avoid the NSAID or add a PPI", "BNF"),
  n("SNRI", "anticoagulant", "moderate", "bleeding", "less serotonin in platelets", "watch for bleeding", "BNF"),
  n("SNRI", "antiplatelet", "moderate", "bleeding", "less serotonin in platelets", "watch for bleeding", "BNF"),
  n("calcineurin inhibitor", "calcineurin inhibitor", "contraindicated", "kidney injury", "the same action twice", "never together; 24 hours between", "FDA label of tacrolimus"),
  n("azathioprine", "allopurinol", "major", "bone marrow failure", "xanthine oxidase clears mercaptopurine", "reduce azathioprine to a quarter, or choose another drug", "labels"),
  n("azathioprine", "febuxostat", "contraindicated", "bone marrow failure", "xanthine oxidase clears mercaptopurine", "never together", "FDA label of febuxostat"),
  n("methotrexate", "penicillin", "moderate", "methotrexate toxicity", "less renal secretion of methotrexate", "watch blood count; choose another antibiotic at high doses", "labels", "probable"),
  n("methotrexate", "PPI", "moderate", "methotrexate toxicity", "less renal clearance of methotrexate", "stop the PPI around high-dose methotrexate", "FDA label of omeprazole", "probable"),
  n("colchicine", "ciclosporin", "major", "colchicine toxicity", "inhibition of P-gp and CYP3A4", "reduce colchicine; never in renal or hepatic impairment", "FDA label of colchicine"),
  n("colchicine", "itraconazole", "major", "colchicine toxicity", "inhibition of CYP3A4 and P-gp", "reduce colchicine; never in renal or hepatic impairment", "FDA label of colchicine"),
  n("colchicine", "verapamil", "moderate", "colchicine toxicity", "inhibition of CYP3A4 and P-gp", "reduce colchicine", "FDA label of colchicine"),
  n("valproate", "carbapenem", "major", "seizures", "valproate falls by more than half within a day", "use another antibiotic", "labels"),
  n("valproate", "lamotrigine", "major", "severe rash", "inhibition of glucuronidation of lamotrigine", "halve lamotrigine and raise it slowly", "FDA label of lamotrigine"),
  n("lamotrigine", "carbamazepine", "moderate", "loss of effect", "induction of glucuronidation of lamotrigine", "the dose of lamotrigine may have to rise", "FDA label of lamotrigine"),
  n("valproate", "aspirin", "moderate", "valproate toxicity", "displacement from albumin and slower metabolism", "watch for drowsiness; avoid high doses of aspirin", "labels"),
  n("carbamazepine", "verapamil", "moderate", "carbamazepine toxicity", inhibits3A4, "measure carbamazepine", "labels"),
  n("carbamazepine", "diltiazem", "moderate", "carbamazepine toxicity", inhibits3A4, "measure carbamazepine", "labels"),
  n("carbamazepine", "MAOI", "contraindicated", "hypertensive crisis", "tricyclic structure with MAO inhibition", "never together; 14 days between", "labels", "theoretical"),
  n("phenytoin", "rifampicin", "major", "loss of effect", "induction of CYP2C9 and CYP2C19", "measure phenytoin", "labels"),
  n("phenytoin", "amiodarone", "major", "phenytoin toxicity", "inhibition of CYP2C9", "reduce phenytoin and measure it", "labels"),
  n("itraconazole", "PPI", "major", "loss of effect", "capsules need acid to dissolve", "avoid, or use the solution", "labels"),
  n("itraconazole", "H2 blocker", "moderate", "loss of effect", "capsules need acid to dissolve", "2 hours apart, or use the solution", "labels"),
  n("itraconazole", "rifampicin", "major", "loss of effect", "induction of CYP3A4", "avoid", "labels"),
  n("levothyroxine", "oral iron", "moderate", "loss of effect", "iron binds levothyroxine in the gut", "take 4 hours apart", "labels"),
  n("fluoroquinolone", "oral iron", "moderate", "loss of effect", "iron binds the quinolone in the gut", "take the quinolone 2 hours before or 6 hours after", "labels"),
  n("tetracycline", "oral iron", "moderate", "loss of effect", "iron binds the tetracycline in the gut", "take 2-3 hours apart", "labels"),
  n("levothyroxine", "PPI", "minor", "loss of effect", "less acid, less absorption", "measure TSH after 6-8 weeks", "labels", "probable"),
  n("nifedipine", "clarithromycin", "major", "low blood pressure", inhibits3A4, "use azithromycin", "Wright AJ, CMAJ 2011"),
  n("amlodipine", "clarithromycin", "moderate", "low blood pressure", inhibits3A4, "use azithromycin, or watch blood pressure", "Gandhi S, JAMA 2013"),
  n("nifedipine", "rifampicin", "contraindicated", "loss of effect", "induction of CYP3A4", "choose another drug", "FDA label of nifedipine"),
  n("corticosteroid", "rifampicin", "major", "loss of effect", "induction of CYP3A4", "raise the dose of the corticosteroid", "labels"),
  n("corticosteroid", "fluoroquinolone", "moderate", "tendon rupture", "both weaken tendons", "stop at the first tendon pain", "FDA boxed warning 2008"),
  n("fluoroquinolone", "NSAID", "moderate", "seizures", "both lower the seizure threshold", "avoid in epilepsy", "labels", "probable"),
  n("metoclopramide", "antipsychotic", "major", "parkinsonism", "both block dopamine", "choose another antiemetic", "FDA label of metoclopramide"),
  n("corticosteroid", "loop diuretic", "moderate", "low potassium", "both lose potassium", "measure potassium", "labels"),
  n("salbutamol", "theophylline", "moderate", "low potassium", "both shift potassium into cells", "measure potassium in severe asthma", "labels"),
  n("beta blocker", "adrenaline", "moderate", "weak response to adrenaline", "beta receptors are blocked", "give adrenaline all the same; glucagon if it fails", "Simons FER, World Allergy Organ J 2011"),
  n("flucloxacillin", "paracetamol", "minor", "metabolic acidosis", "accumulation of pyroglutamic acid over weeks", "watch in malnutrition and renal impairment", "MHRA notice 2023", "probable"),
  n("CYP3A4 inducer", "CYP3A4 substrate", "moderate", "loss of effect", "induction of CYP3A4", "watch for loss of effect; the dose may have to rise", "FDA table of inducers", "probable"),
  n("strong CYP3A4 inhibitor", "CYP3A4 substrate", "moderate", "higher level", inhibits3A4, "watch for side effects; the dose may have to fall", "FDA table of inhibitors", "probable"),
  n("CYP3A4 inducer", "levothyroxine", "moderate", "loss of effect", "faster clearance of thyroxine", "measure TSH after 6-8 weeks", "labels"),
  n("raises potassium", "raises potassium", "moderate", "high potassium", "both raise potassium", "measure potassium", "labels"),
  n("nephrotoxic", "nephrotoxic", "moderate", "kidney injury", "both harm the kidney", "measure creatinine", "labels"),
  n("aminoglycoside", "calcineurin inhibitor", "major", "kidney injury", "both harm the kidney", "choose another antibiotic", "labels"),
  n("calcineurin inhibitor", "carbamazepine", "major", "loss of effect", "induction of CYP3A4", "choose another anticonvulsant, or measure levels often", "labels"),
  n("calcineurin inhibitor", "phenytoin", "major", "loss of effect", "induction of CYP3A4", "choose another anticonvulsant, or measure levels often", "labels"),
  n("ciclosporin", "itraconazole", "major", "ciclosporin toxicity", inhibits3A4, "reduce ciclosporin and measure it", "labels"),
  n("tacrolimus", "itraconazole", "major", "tacrolimus toxicity", inhibits3A4, "reduce tacrolimus and measure it", "labels"),
  n("ciclosporin", "verapamil", "moderate", "ciclosporin toxicity", inhibits3A4, "measure ciclosporin", "labels"),
  n("tacrolimus", "verapamil", "moderate", "tacrolimus toxicity", inhibits3A4, "measure tacrolimus", "labels"),
  n("ciclosporin", "amiodarone", "moderate", "ciclosporin toxicity", "inhibition of CYP3A4 and P-gp", "measure ciclosporin", "labels"),
  n("pravastatin", "ciclosporin", "major", "muscle damage", "inhibition of uptake into the liver", "at most 20 mg pravastatin", "FDA label of pravastatin"),
  n("atorvastatin", "diltiazem", "moderate", "muscle damage", inhibits3A4, "watch for muscle pain", "labels"),
  n("atorvastatin", "verapamil", "moderate", "muscle damage", inhibits3A4, "watch for muscle pain", "labels"),
  n("atorvastatin", "fluconazole", "moderate", "muscle damage", inhibits3A4, "watch for muscle pain", "labels"),
  n("carbamazepine", "fluconazole", "moderate", "carbamazepine toxicity", inhibits3A4, "measure carbamazepine", "labels"),
  n("clopidogrel", "fluconazole", "moderate", "loss of effect", "inhibition of CYP2C19: less active metabolite", "choose another antifungal where it suits", "FDA label of clopidogrel", "probable"),
  n("fluoxetine", "amitriptyline", "major", "amitriptyline toxicity", "inhibition of CYP2D6", "choose another antidepressant, or reduce amitriptyline", "labels"),
  n("fluoxetine", "haloperidol", "moderate", "haloperidol toxicity", "inhibition of CYP2D6", "watch for parkinsonism and the ECG", "labels"),
  n("warfarin", "phenytoin", "moderate", "low INR", "induction of CYP2C9 and CYP3A4 after an early rise", "measure the INR often", "labels"),
  n("warfarin", "levofloxacin", "moderate", "high INR", "loss of gut flora", "measure the INR in 3-5 days", "labels"),
  n("warfarin", "azithromycin", "moderate", "high INR", "loss of gut flora", "measure the INR in 3-5 days", "labels", "probable"),
  n("warfarin", "tetracycline", "moderate", "high INR", "loss of gut flora", "measure the INR in 3-5 days", "labels", "probable"),
  n("warfarin", "penicillin", "moderate", "high INR", "loss of gut flora", "measure the INR in 3-5 days", "BNF", "probable"),
  n("warfarin", "cephalosporin", "moderate", "high INR", "loss of gut flora", "measure the INR in 3-5 days", "BNF", "probable"),
  n("warfarin", "tramadol", "moderate", "high INR", "not known", "measure the INR in 3-5 days", "labels"),
  n("warfarin", "corticosteroid", "moderate", "high INR", "not known", "measure the INR in 3-7 days", "BNF"),
  n("warfarin", "azathioprine", "moderate", "low INR", "not known", "measure the INR when azathioprine is changed", "labels"),
  n("warfarin", "rosuvastatin", "moderate", "high INR", "not known", "measure the INR at the start", "FDA label of rosuvastatin"),
  n("warfarin", "allopurinol", "minor", "high INR", "not known", "measure the INR at the start", "BNF", "probable"),
  n("NSAID", "diuretic", "moderate", "kidney injury", "less prostaglandin in the kidney, weaker effect of the diuretic", "avoid, above all with an ACE inhibitor or ARB", "BNF"),
  n("NSAID", "potassium-sparing diuretic", "moderate", "high potassium", "less prostaglandin in the kidney", "measure potassium and creatinine", "labels"),
  n("NSAID", "beta blocker", "minor", "higher blood pressure", "less prostaglandin in the kidney", "measure blood pressure", "labels"),
  n("corticosteroid", "antidiabetic", "moderate", "high glucose", "resistance to insulin", "measure glucose", "labels"),
  n("corticosteroid", "thiazide", "moderate", "low potassium", "both lose potassium", "measure potassium", "labels"),
  n("thiazide", "antidiabetic", "minor", "high glucose", "resistance to insulin with low potassium", "measure glucose", "labels"),
  n("fluoroquinolone", "antidiabetic", "moderate", "low or high glucose", "release of insulin", "measure glucose", "FDA notice 2018"),
  n("beta blocker", "long-acting insulin", "moderate", "low glucose unnoticed", "palpitations as a warning are masked", "measure glucose; prefer beta-1 selective", "labels"),
  n("beta blocker", "sulfonylurea", "moderate", "low glucose unnoticed", "palpitations as a warning are masked", "measure glucose; prefer beta-1 selective", "labels"),
  n("ACE inhibitor", "long-acting insulin", "minor", "low glucose", "better action of insulin", "measure glucose at the start", "labels", "probable"),
  n("ACE inhibitor", "sulfonylurea", "minor", "low glucose", "better action of insulin", "measure glucose at the start", "labels", "probable"),
  n("SSRI", "thiazide", "moderate", "low sodium", "release of vasopressin with loss of sodium", "measure sodium", "labels"),
  n("carbamazepine", "thiazide", "moderate", "low sodium", "release of vasopressin with loss of sodium", "measure sodium", "labels"),
  n("amiodarone", "diuretic", "moderate", "QT prolongation", "low potassium", "keep potassium above 4 mmol/L", "labels"),
  n("lithium", "antipsychotic", "moderate", "neurotoxicity", "not known", "watch for rigidity and confusion", "labels", "probable"),
  n("lithium", "potassium-sparing diuretic", "moderate", "lithium toxicity", "less renal clearance of lithium", "measure lithium", "labels"),
  n("lithium", "verapamil", "moderate", "neurotoxicity", "not known", "watch for ataxia and tremor", "labels", "probable"),
  n("lithium", "metronidazole", "moderate", "lithium toxicity", "less renal clearance of lithium", "measure lithium", "labels", "probable"),
  n("digoxin", "potassium-sparing diuretic", "moderate", "digoxin toxicity", "less renal clearance; some assays read wrongly", "measure digoxin", "labels"),
  n("digoxin", "ciclosporin", "moderate", "digoxin toxicity", "inhibition of P-gp", "measure digoxin", "labels"),
  n("ACE inhibitor", "allopurinol", "moderate", "severe rash", "not known", "stop at the first sign of allergy", "BNF", "probable"),
  n("ACE inhibitor", "azathioprine", "moderate", "bone marrow failure", "not known", "watch the blood count", "BNF", "probable"),
  n("methotrexate", "ciprofloxacin", "moderate", "methotrexate toxicity", "less renal secretion of methotrexate", "watch the blood count", "labels"),
  n("colchicine", "diltiazem", "moderate", "colchicine toxicity", "inhibition of CYP3A4 and P-gp", "reduce colchicine", "FDA label of colchicine"),
  n("valproate", "phenytoin", "moderate", "phenytoin toxicity", "displacement from albumin and inhibition of CYP2C9", "measure free phenytoin", "labels"),
  n("valproate", "carbamazepine", "moderate", "carbamazepine toxicity", "the epoxide of carbamazepine is cleared more slowly", "watch for ataxia; measure both", "labels"),
  n("valproate", "lorazepam", "moderate", "sedation", "inhibition of glucuronidation of lorazepam", "halve lorazepam", "FDA label of lorazepam"),
  n("tizanidine", "ACE inhibitor", "moderate", "low blood pressure", "both lower pressure", "measure blood pressure at the start", "labels"),
  n("levofloxacin", "theophylline", "minor", "theophylline toxicity", "little inhibition of CYP1A2", "watch in older patients", "labels", "theoretical"),
];

/** Every rule: those of `data/clinical` with what is known beyond, then the gym's own. */
export const interactions: readonly Interaction[] = [
  ...interactionRules.map((rule) => {
    const known = details[rule.between.join(" + ")];
    if (!known) throw new RangeError(`interactions: nothing is said of ${rule.between.join(" + ")}`);
    return { ...rule, ...known, severity: known.severity ?? rule.severity };
  }),
  ...more,
];

/** 2: both by name, 1: one by name, 0: classes only. */
const specificity = (rule: Interaction) => rule.between.filter((key) => findDrug(key)).length;

// by key, both ways
const byKeys = new Map<string, Interaction[]>();
for (const rule of interactions) {
  const [a, b] = rule.between;
  for (const key of new Set([`${a}|${b}`, `${b}|${a}`])) byKeys.set(key, [...(byKeys.get(key) ?? []), rule]);
}

/**
 * What is known between two drugs, or undefined. A rule of two names goes before a rule of a name and a class, that before two
 * classes; among equals the most severe.
 */
export function findInteraction(a: Drug, b: Drug): Interaction | undefined {
  let withA = found.get(a);
  if (!withA) {
    withA = new Map();
    found.set(a, withA);
  }
  let known = withA.get(b);
  if (known === undefined) {
    known = searchInteraction(a, b) ?? null;
    withA.set(b, known);
  }
  return known ?? undefined;
}
// at most as many as there are pairs of drugs; null: nothing is known
const found = new Map<Drug, Map<Drug, Interaction | null>>();

function searchInteraction(a: Drug, b: Drug): Interaction | undefined {
  if (a.name === b.name) return undefined;
  let best: Interaction | undefined;
  for (const x of keysOf(a)) {
    for (const y of keysOf(b)) {
      for (const rule of byKeys.get(`${x}|${y}`) ?? []) {
        if (!best || compare(rule, best) > 0) best = rule;
      }
    }
  }
  return best;
}

function compare(a: Interaction, b: Interaction): number {
  return specificity(a) - specificity(b) || rank(a.severity) - rank(b.severity);
}

/** 0 minor … 3 contraindicated */
export function rank(severity: InteractionSeverity): number {
  return interactionSeverities.indexOf(severity);
}

/** 0 for none, 1-2 minor, 4-5 moderate, 7-8 major, 9-10 contraindicated; the lower number if the evidence is not established. */
export function severityScore(interaction: Interaction | undefined): number {
  if (!interaction) return 0;
  return [2, 5, 8, 10][rank(interaction.severity)] - Number(interaction.evidence !== "established");
}
