/**
 * What brings women in around a birth, and how one decides: thresholds of the guideline in each row, simplified for teaching
 * software: never for care. Conditions and steps are written as protocol.ts reads them.
 */

export const urgencies = ["immediate", "same day", "within a week", "routine"] as const;
export type Urgency = (typeof urgencies)[number];
export const places = [
  "home",
  "antenatal ward",
  "labour ward",
  "operating theatre",
  "postnatal ward",
  "mother and baby unit",
  "neonatal unit",
] as const;
export type Place = (typeof places)[number];

/** What is done beside tablets. `grave`: does harm where it is not needed. */
export const interventions: Readonly<Record<string, { allergen?: string; grave?: true }>> = {
  "anti-D immunoglobulin": {}, betamethasone: {}, "magnesium sulphate": {}, "nifedipine tocolysis": {}, insulin: { grave: true }, "diet and glucose self-monitoring": {},
  "referral to fetal medicine": {}, "external cephalic version": { grave: true }, "stop the ACE inhibitor": {}, laparoscopy: { grave: true }, "expectant management": {},
  "vaginal progesterone": {}, "caesarean section": { grave: true }, "call the obstetric team": {}, "call the neonatal team": {}, "lift the presenting part": {},
  "position, fluids, review of oxytocin": {}, partogram: {}, "intravenous antibiotics": {}, "erythromycin for 10 days": { allergen: "macrolide" },
  "penicillin V for 10 days": { allergen: "penicillin" }, "intrapartum benzylpenicillin": { allergen: "penicillin" }, "intrapartum vancomycin": {}, "induction of labour": { grave: true },
  "induction booked after 24 hours": {}, "vaginal dinoprostone": { grave: true }, "amniotomy and oxytocin": { grave: true }, "membrane sweep": {}, "birth without delay": { grave: true },
  "profile again within 24 hours": {}, "birth planned with neonatologists": {}, "birth at 35 to 36 weeks": {}, "weekly bile acids": {}, "intravenous fluids with potassium": {}, thiamine: {},
  cyclizine: {}, "manual removal of the placenta": { grave: true }, "uterine massage and oxytocin": {}, "tranexamic acid": {}, "psychiatric assessment today": {},
  "referral for talking therapy": {}, "EPDS again in two weeks": {}, "intravenous clindamycin and gentamicin": {}, "go on with breastfeeding": {}, "ventilation breaths": {},
  "stimulation and open airway": {}, "skin to skin": {},
}; // biome-ignore format: a table

/** From, to; one of several texts; or one value. */
export type Draw = readonly [low: number, high: number] | readonly string[] | string | boolean;
/** By observing tool and item. */
export type Draws = Readonly<Record<string, Readonly<Record<string, Draw>>>>;

export const groups = {
  "a check-up": "pregnancy", headache: "blood pressure", bleeding: "bleeding", contractions: "labour", "loss of fluid": "membranes", "the due date": "timing",
  "fewer movements": "fetal well-being", itching: "pregnancy", vomiting: "pregnancy", "bleeding after birth": "after birth", "low mood after birth": "after birth",
  "fever after birth": "after birth", "a newborn": "newborn",
} as const; // biome-ignore format: a table
export type Complaint = keyof typeof groups;

export interface Case {
  /** The diagnosis. */
  name: string;
  complaint: Complaint;
  /** All must hold, and none of the rows above it with the same complaint. */
  when: readonly string[];
  steps: readonly string[];
  urgency: Urgency;
  place: Place;
  /** Completed weeks; without, she has given birth. */
  weeks?: readonly [number, number];
  /** What she says. */
  note: readonly string[];
  /** What leaves the usual. */
  draws?: Draws;
  /** The trace, where it is read, is of this class. */
  trace?: "suspicious" | "pathological" | "not reactive";
  conditions?: readonly string[];
  medications?: readonly string[];
  source: string;
}

const weeks = "calculateGestationalAge.weeks";
const steroids = `betamethasone if ${weeks} >= 24 and ${weeks} < 34`;
const antiD = "anti-D immunoglobulin if getPrenatalLabs.rhesus = negative";
const high = "getVitalSigns.systolic >= 140 or getVitalSigns.diastolic >= 90";
const well = ["Feels well, the child moves.", "Nothing new, sleeps well.", "A little tired, else well."];
const throbbing = [
  "Dull ache of the head since the morning.",
  "Head hurts, slept badly.",
  "Pressure over the brow since yesterday.",
];
const regular = [
  "Pains every five minutes since the night.",
  "The belly hardens again and again.",
  "Pains come and go since noon.",
];
const wet = ["Wet twice since the morning.", "Something ran down the leg an hour ago.", "The pad is damp."];
const still = [
  "The child has moved less since yesterday.",
  "Hardly a kick since the morning.",
  "Quieter than the child was last week.",
];
const sad = ["Cries often, the child is well.", "Everything is too much.", "Sleeps badly even when the child sleeps."];
const red = ["Bright blood on the sheet this morning.", "Bleeding since an hour."];
const cry = ["A girl, born just now.", "A boy, born a minute ago."];

// biome-ignore format: a table
export const cases: readonly Case[] = [
  { name: "iron deficiency anaemia", complaint: "a check-up", when: ["getPrenatalLabs.haemoglobin < 105", "getPrenatalLabs.ferritin < 30"], steps: ["ferrous sulfate"], urgency: "routine", place: "home", weeks: [20, 34], note: well, draws: { getPrenatalLabs: { haemoglobin: [84, 104], ferritin: [4, 22] } }, source: "BSH, iron deficiency in pregnancy, 2020" },
  { name: "red-cell antibodies", complaint: "a check-up", when: ["getPrenatalLabs.antibodies = anti-D"], steps: ["referral to fetal medicine"], urgency: "within a week", place: "home", weeks: [20, 32], note: well, draws: { getPrenatalLabs: { rhesus: "negative", antibodies: "anti-D" } }, source: "RCOG GTG 65, 2014" },
  { name: "rhesus-negative mother without antibodies", complaint: "a check-up", when: ["getPrenatalLabs.rhesus = negative", `${weeks} >= 28`, `${weeks} < 31`], steps: ["anti-D immunoglobulin"], urgency: "routine", place: "home", weeks: [28, 30], note: well, draws: { getPrenatalLabs: { rhesus: "negative" } }, source: "NICE TA156 2008" },
  { name: "bacteria in the urine", complaint: "a check-up", when: ["getPrenatalLabs.urineCulture = E. coli"], steps: [`nitrofurantoin | cefalexin if ${weeks} < 36`, `cefalexin | fosfomycin if ${weeks} >= 36`], urgency: "same day", place: "home", weeks: [19, 39], note: well, draws: { getPrenatalLabs: { urineCulture: "E. coli" } }, source: "NICE NG109 2018" },
  { name: "gestational diabetes that needs insulin", complaint: "a check-up", when: ["getGlucoseTest.fasting >= 7"], steps: ["insulin", "diet and glucose self-monitoring"], urgency: "same day", place: "home", weeks: [24, 32], note: well, draws: { getGlucoseTest: { fasting: [7.0, 8.6], oneHour: [11.2, 14.8], twoHours: [9.2, 12.4] } }, source: "NICE NG3 2015" },
  { name: "gestational diabetes", complaint: "a check-up", when: ["getGlucoseTest.fasting >= 5.1 or getGlucoseTest.oneHour >= 10 or getGlucoseTest.twoHours >= 8.5"], steps: ["diet and glucose self-monitoring"], urgency: "within a week", place: "home", weeks: [24, 32], note: well, draws: { getGlucoseTest: { fasting: [4.6, 5.9], oneHour: [8.8, 11.6], twoHours: [7.6, 10.2] } }, source: "WHO/NMH/MND/13.2, 2013" },
  { name: "breech presentation", complaint: "a check-up", when: ["getUltrasound.presentation = breech", `${weeks} >= 36`], steps: ["external cephalic version"], urgency: "within a week", place: "home", weeks: [36, 37], note: well, draws: { getUltrasound: { presentation: "breech" } }, source: "RCOG GTG 20a, 2017" },
  { name: "normal pregnancy", complaint: "a check-up", when: [], steps: [], urgency: "routine", place: "home", weeks: [24, 35], note: well, source: "NICE NG201 2021" },

  { name: "eclampsia", complaint: "headache", when: ["getHistory.note says a fit"], steps: ["magnesium sulphate", "call the obstetric team"], urgency: "immediate", place: "labour ward", weeks: [24, 40], note: ["Headache, then a fit of one minute at home.", "Saw sparks, then had a fit in the waiting room."], draws: { getVitalSigns: { systolic: [148, 178], diastolic: [96, 114] }, getPrenatalLabs: { proteinCreatinineRatio: [60, 380] } }, source: "NICE NG133 2019" },
  { name: "HELLP syndrome", complaint: "headache", when: ["getPrenatalLabs.platelets < 100", "getPrenatalLabs.ALT >= 70"], steps: ["magnesium sulphate", steroids, "labetalol | nifedipine | methyldopa"], urgency: "immediate", place: "labour ward", weeks: [26, 38], note: ["Headache, and pain under the right ribs."], draws: { getVitalSigns: { systolic: [142, 172], diastolic: [92, 112] }, getPrenatalLabs: { platelets: [38, 92], ALT: [82, 340], proteinCreatinineRatio: [45, 320] } }, source: "Sibai BM, Obstet Gynecol 2004;103:981" },
  { name: "severe pre-eclampsia", complaint: "headache", when: ["getPrenatalLabs.proteinCreatinineRatio >= 30", "getVitalSigns.systolic >= 160 or getVitalSigns.diastolic >= 110"], steps: ["magnesium sulphate", steroids, "labetalol | nifedipine | methyldopa"], urgency: "immediate", place: "labour ward", weeks: [25, 39], note: ["Headache and flickering before the eyes."], draws: { getVitalSigns: { systolic: [162, 188], diastolic: [104, 120] }, getPrenatalLabs: { proteinCreatinineRatio: [60, 420] } }, source: "NICE NG133 2019" },
  { name: "pre-eclampsia", complaint: "headache", when: ["getPrenatalLabs.proteinCreatinineRatio >= 30", high, `${weeks} >= 20`], steps: ["labetalol | nifedipine | methyldopa"], urgency: "same day", place: "antenatal ward", weeks: [26, 37], note: throbbing, draws: { getVitalSigns: { systolic: [142, 156], diastolic: [91, 106] }, getPrenatalLabs: { proteinCreatinineRatio: [34, 120] } }, source: "NICE NG133 2019" },
  { name: "gestational hypertension", complaint: "headache", when: [high, `${weeks} >= 20`], steps: ["labetalol | nifedipine | methyldopa"], urgency: "within a week", place: "home", weeks: [22, 37], note: throbbing, draws: { getVitalSigns: { systolic: [142, 156], diastolic: [88, 104] } }, source: "NICE NG133 2019" },
  { name: "chronic hypertension", complaint: "headache", when: [high], steps: ["stop the ACE inhibitor if getPregnancy.medications says ramipril", "labetalol | nifedipine | methyldopa"], urgency: "same day", place: "home", weeks: [7, 15], note: throbbing, draws: { getVitalSigns: { systolic: [142, 156], diastolic: [88, 104] } }, conditions: ["hypertension"], medications: ["ramipril"], source: "NICE NG133 2019" },
  { name: "tension headache", complaint: "headache", when: [], steps: ["paracetamol"], urgency: "routine", place: "home", weeks: [10, 38], note: throbbing, source: "NICE CG150 2012" },

  { name: "ectopic pregnancy", complaint: "bleeding", when: ["getUltrasound.place = outside the uterus"], steps: ["laparoscopy", "call the obstetric team", antiD], urgency: "immediate", place: "operating theatre", weeks: [6, 8], note: ["Spotting, and pain on one side."], draws: { getUltrasound: { place: "outside the uterus" }, getVitalSigns: { heartRate: [96, 118] }, getPrenatalLabs: { hCG: [5200, 14000] } }, source: "NICE NG126 2019" },
  { name: "missed miscarriage", complaint: "bleeding", when: ["getUltrasound.heartbeat = absent"], steps: ["expectant management"], urgency: "within a week", place: "home", weeks: [9, 12], note: ["Brown spotting since three days."], draws: { getUltrasound: { heartbeat: "absent", crownRumpMm: [9, 30] } }, source: "NICE NG126 2019" },
  { name: "placenta praevia", complaint: "bleeding", when: ["getUltrasound.placenta = covers the os"], steps: ["call the obstetric team", steroids, antiD], urgency: "immediate", place: "antenatal ward", weeks: [26, 36], note: red, draws: { getUltrasound: { placenta: "covers the os" } }, source: "RCOG GTG 27a, 2018" },
  { name: "placental abruption", complaint: "bleeding", when: ["classifyCtg.risk = pathological"], steps: ["call the obstetric team", "caesarean section", antiD], urgency: "immediate", place: "operating theatre", weeks: [29, 39], note: ["A little blood; the belly is hard and hurts without a pause."], trace: "pathological", draws: { getVitalSigns: { heartRate: [104, 126], systolic: [92, 108] } }, source: "RCOG GTG 63, 2011" },
  { name: "threatened miscarriage", complaint: "bleeding", when: [`${weeks} < 16`], steps: ["vaginal progesterone if getPregnancy.miscarriages >= 1"], urgency: "within a week", place: "home", weeks: [7, 12], note: ["Light bleeding since yesterday, no pain."], source: "NICE NG126 2021" },
  { name: "show at term", complaint: "bleeding", when: ["getHistory.note says mucus", `${weeks} >= 37`], steps: [], urgency: "routine", place: "home", weeks: [37, 40], note: ["Mucus with a streak of blood, no pains yet."], source: "NICE NG235 2023" },

  { name: "prolapse of the cord", complaint: "contractions", when: ["getHistory.note says a loop of cord"], steps: ["call the obstetric team", "lift the presenting part", "caesarean section"], urgency: "immediate", place: "operating theatre", weeks: [34, 41], note: ["The waters broke in the bath, and there is a loop of cord in front of the thighs."], trace: "pathological", source: "RCOG GTG 50, 2014" },
  { name: "labour with a pathological trace", complaint: "contractions", when: ["classifyCtg.risk = pathological"], steps: ["call the obstetric team", "caesarean section"], urgency: "immediate", place: "operating theatre", weeks: [37, 41], note: regular, trace: "pathological", draws: { examineCervix: { dilatation: [4, 6], effacement: [70, 100] } }, source: "FIGO 2015; NICE NG229 2022" },
  { name: "labour with a suspicious trace", complaint: "contractions", when: ["classifyCtg.risk = suspicious"], steps: ["position, fluids, review of oxytocin"], urgency: "same day", place: "labour ward", weeks: [37, 41], note: regular, trace: "suspicious", draws: { examineCervix: { dilatation: [4, 8], effacement: [70, 100] } }, source: "FIGO 2015; NICE NG229 2022" },
  { name: "preterm labour", complaint: "contractions", when: [`${weeks} < 34`, "getUltrasound.cervixMm < 16"], steps: ["call the neonatal team", steroids, `magnesium sulphate if ${weeks} < 30`, `nifedipine tocolysis if ${weeks} >= 26`], urgency: "immediate", place: "labour ward", weeks: [24, 33], note: regular, draws: { getUltrasound: { cervixMm: [4, 14] } }, source: "NICE NG25 2015" },
  { name: "first stage of labour", complaint: "contractions", when: [`${weeks} >= 37`, "examineCervix.dilatation >= 4"], steps: ["partogram"], urgency: "same day", place: "labour ward", weeks: [37, 41], note: regular, draws: { examineCervix: { dilatation: [4, 8], effacement: [80, 100], station: [-1, 1], consistency: "soft", position: ["mid", "anterior"] } }, source: "NICE NG235 2023" },
  { name: "Braxton Hicks contractions", complaint: "contractions", when: [], steps: [], urgency: "routine", place: "home", weeks: [28, 39], note: regular, source: "NICE NG235 2023" },

  { name: "infection within the uterus", complaint: "loss of fluid", when: ["getPrenatalLabs.membraneTest = positive", "getVitalSigns.temperature >= 38"], steps: ["intravenous antibiotics", "call the obstetric team"], urgency: "immediate", place: "labour ward", weeks: [28, 40], note: wet, draws: { getPrenatalLabs: { membraneTest: "positive", CRP: [42, 160] }, getVitalSigns: { temperature: [38.1, 39.4], heartRate: [104, 124] } }, source: "RCOG GTG 73, 2019" },
  { name: "preterm rupture of the membranes", complaint: "loss of fluid", when: ["getPrenatalLabs.membraneTest = positive", `${weeks} < 37`], steps: ["erythromycin for 10 days | penicillin V for 10 days", steroids], urgency: "same day", place: "antenatal ward", weeks: [24, 36], note: wet, draws: { getPrenatalLabs: { membraneTest: "positive" }, getUltrasound: { deepestPoolCm: [0.8, 2.4] } }, source: "NICE NG25 2015; RCOG GTG 73, 2019" },
  { name: "rupture at term with group B streptococci", complaint: "loss of fluid", when: ["getPrenatalLabs.membraneTest = positive", "getPrenatalLabs.groupB = positive"], steps: ["induction of labour", "intrapartum benzylpenicillin | intrapartum vancomycin"], urgency: "same day", place: "labour ward", weeks: [37, 41], note: wet, draws: { getPrenatalLabs: { membraneTest: "positive", groupB: "positive" } }, source: "NICE NG195 2021" },
  { name: "rupture of the membranes at term", complaint: "loss of fluid", when: ["getPrenatalLabs.membraneTest = positive"], steps: ["induction booked after 24 hours"], urgency: "same day", place: "home", weeks: [37, 41], note: wet, draws: { getPrenatalLabs: { membraneTest: "positive" } }, source: "NICE NG207 2021" },
  { name: "discharge without rupture", complaint: "loss of fluid", when: [], steps: [], urgency: "routine", place: "home", weeks: [25, 40], note: wet, source: "NICE NG201 2021" },

  { name: "not yet past the due date", complaint: "the due date", when: [`${weeks} < 41`], steps: ["membrane sweep"], urgency: "routine", place: "home", weeks: [39, 40], note: ["Thinks that the day is over since more than a week."], source: "NICE NG207 2021" },
  { name: "past the due date, ripe cervix", complaint: "the due date", when: [`${weeks} >= 41`, "calculateBishop.score >= 7"], steps: ["amniotomy and oxytocin | induction of labour"], urgency: "same day", place: "labour ward", weeks: [41, 41], note: ["Over the day and tired of waiting."], draws: { examineCervix: { dilatation: [3, 4], effacement: [60, 90], station: [-1, 0], consistency: "soft", position: ["mid", "anterior"] } }, source: "NICE NG207 2021" },
  { name: "past the due date, unripe cervix", complaint: "the due date", when: [`${weeks} >= 41`], steps: ["vaginal dinoprostone | induction of labour"], urgency: "same day", place: "labour ward", weeks: [41, 41], note: ["Over the day and tired of waiting."], draws: { examineCervix: { dilatation: [0, 2], effacement: [0, 50], station: [-3, -2], consistency: ["firm", "medium"], position: ["posterior", "mid"] } }, source: "NICE NG207 2021" },

  { name: "child in danger", complaint: "fewer movements", when: ["classifyCtg.risk = pathological"], steps: ["call the obstetric team", "caesarean section"], urgency: "immediate", place: "operating theatre", weeks: [30, 40], note: still, trace: "pathological", source: "RCOG GTG 57, 2011; FIGO 2015" },
  { name: "growth restriction", complaint: "fewer movements", when: ["getUltrasound.weightCentile < 3 or getUltrasound.umbilicalFlow = absent at the end of diastole"], steps: ["birth planned with neonatologists", steroids], urgency: "immediate", place: "antenatal ward", weeks: [26, 35], note: still, draws: { getUltrasound: { weightCentile: [1, 5], umbilicalFlow: "absent at the end of diastole", deepestPoolCm: [1.4, 3.2] } }, source: "RCOG GTG 31, 2014" },
  { name: "abnormal biophysical profile", complaint: "fewer movements", when: ["calculateBpp.score < 6"], steps: ["birth without delay", "call the obstetric team"], urgency: "immediate", place: "labour ward", weeks: [33, 40], note: still, trace: "not reactive", draws: { getUltrasound: { breathing: false, movements: false } }, source: "Manning FA 1980" },
  { name: "equivocal profile at term", complaint: "fewer movements", when: ["calculateBpp.score < 8", `${weeks} >= 37`], steps: ["induction of labour"], urgency: "same day", place: "labour ward", weeks: [37, 40], note: still, trace: "not reactive", draws: { getUltrasound: { breathing: false } }, source: "Manning FA 1980" },
  { name: "equivocal profile before term", complaint: "fewer movements", when: ["calculateBpp.score < 8"], steps: ["profile again within 24 hours", steroids], urgency: "same day", place: "antenatal ward", weeks: [30, 36], note: still, trace: "not reactive", draws: { getUltrasound: { breathing: false } }, source: "Manning FA 1980" },
  { name: "well child", complaint: "fewer movements", when: [], steps: [], urgency: "routine", place: "home", weeks: [28, 40], note: still, source: "RCOG GTG 57, 2011" },

  { name: "severe cholestasis", complaint: "itching", when: ["getPrenatalLabs.bileAcids >= 100"], steps: ["birth at 35 to 36 weeks", "weekly bile acids"], urgency: "same day", place: "home", weeks: [30, 34], note: ["Palms and soles itch at night."], draws: { getPrenatalLabs: { bileAcids: [104, 210], ALT: [60, 280] } }, source: "RCOG GTG 43, 2022" },
  { name: "cholestasis of pregnancy", complaint: "itching", when: ["getPrenatalLabs.bileAcids >= 19"], steps: ["weekly bile acids"], urgency: "within a week", place: "home", weeks: [28, 36], note: ["Palms and soles itch at night."], draws: { getPrenatalLabs: { bileAcids: [22, 88], ALT: [34, 160] } }, source: "RCOG GTG 43, 2022" },
  { name: "itch without cholestasis", complaint: "itching", when: [], steps: [], urgency: "routine", place: "home", weeks: [20, 37], note: ["The belly itches where the skin is tight.", "Palms and soles itch at night."], source: "RCOG GTG 43, 2022" },
  { name: "hyperemesis", complaint: "vomiting", when: ["getVitalSigns.weightLossPercent >= 5"], steps: ["intravenous fluids with potassium", "thiamine", "cyclizine"], urgency: "same day", place: "antenatal ward", weeks: [7, 15], note: ["Keeps nothing down since days."], draws: { getVitalSigns: { weightLossPercent: [5, 11], heartRate: [94, 116] } }, source: "RCOG GTG 69, 2016" },
  { name: "nausea of pregnancy", complaint: "vomiting", when: [], steps: ["cyclizine"], urgency: "routine", place: "home", weeks: [6, 14], note: ["Vomits in the mornings, drinks in between."], draws: { getVitalSigns: { weightLossPercent: [0, 3] } }, source: "RCOG GTG 69, 2016" },

  { name: "retained placenta", complaint: "bleeding after birth", when: ["getHistory.note says placenta has not come"], steps: ["call the obstetric team", "manual removal of the placenta"], urgency: "immediate", place: "operating theatre", note: ["An hour after the birth the placenta has not come."], draws: { getVitalSigns: { bloodLossMl: [420, 900] } }, source: "NICE NG235 2023" },
  { name: "postpartum haemorrhage", complaint: "bleeding after birth", when: ["getVitalSigns.bloodLossMl >= 500"], steps: ["call the obstetric team", "uterine massage and oxytocin", "tranexamic acid"], urgency: "immediate", place: "labour ward", note: ["The uterus is soft above the navel."], draws: { getVitalSigns: { bloodLossMl: [620, 1800], heartRate: [104, 132], systolic: [82, 104] } }, source: "WHO, postpartum haemorrhage, 2012 and 2017" },
  { name: "usual loss after birth", complaint: "bleeding after birth", when: [], steps: [], urgency: "routine", place: "postnatal ward", note: ["A pad in two hours.", "Clots like a coin, the uterus is firm."], source: "WHO, postnatal care, 2022" },
  { name: "danger of self-harm", complaint: "low mood after birth", when: ["screenEpds.item 10 >= 1"], steps: ["psychiatric assessment today"], urgency: "immediate", place: "mother and baby unit", note: sad, draws: { screenEpds: { total: [12, 26], harm: [1, 3] } }, source: "NICE CG192 2014" },
  { name: "depression after birth", complaint: "low mood after birth", when: ["screenEpds.score >= 13"], steps: ["sertraline | mirtazapine", "referral for talking therapy"], urgency: "within a week", place: "home", note: sad, draws: { screenEpds: { total: [13, 22] } }, source: "NICE CG192 2014" },
  { name: "possible depression after birth", complaint: "low mood after birth", when: ["screenEpds.score >= 10"], steps: ["EPDS again in two weeks"], urgency: "routine", place: "home", note: sad, draws: { screenEpds: { total: [10, 12] } }, source: "Cox JL 1987; NICE CG192 2014" },
  { name: "baby blues", complaint: "low mood after birth", when: [], steps: [], urgency: "routine", place: "home", note: sad, draws: { screenEpds: { total: [2, 9] } }, source: "NICE CG192 2014" },
  { name: "endometritis", complaint: "fever after birth", when: ["getVitalSigns.temperature >= 38", "getHistory.note says lochia smell"], steps: ["intravenous clindamycin and gentamicin"], urgency: "immediate", place: "postnatal ward", note: ["Shivers, the lochia smell and the belly is sore."], draws: { getVitalSigns: { temperature: [38.2, 39.8], heartRate: [102, 124] } }, source: "WHO, peripartum infections, 2015" },
  { name: "mastitis", complaint: "fever after birth", when: ["getHistory.note says red wedge"], steps: ["flucloxacillin | clarithromycin", "go on with breastfeeding"], urgency: "same day", place: "home", note: ["A red wedge on one breast since two days, worse in spite of feeding."], draws: { getVitalSigns: { temperature: [38.0, 39.4], heartRate: [88, 108] } }, source: "WHO, mastitis, 2000" },
  { name: "breast engorgement", complaint: "fever after birth", when: [], steps: ["go on with breastfeeding"], urgency: "routine", place: "home", note: ["Both breasts are hard since the milk came."], draws: { getVitalSigns: { temperature: [37.6, 38.1] } }, source: "WHO, mastitis, 2000" },

  { name: "newborn in danger", complaint: "a newborn", when: ["calculateApgar.score < 4"], steps: ["ventilation breaths", "call the neonatal team"], urgency: "immediate", place: "neonatal unit", note: cry, draws: { getNewborn: { heartRate: [38, 88], breathing: "absent", reflex: ["none", "grimace"], tone: "limp", colour: "blue or pale" } }, source: "ERC newborn 2021; ACOG committee opinion 644, 2015" },
  { name: "newborn that needs help", complaint: "a newborn", when: ["calculateApgar.score < 7"], steps: ["stimulation and open airway"], urgency: "immediate", place: "labour ward", note: cry, draws: { getNewborn: { heartRate: [102, 132], breathing: "weak or irregular", reflex: "grimace", tone: "some flexion", colour: ["blue or pale", "blue hands and feet"] } }, source: "ERC newborn 2021; ACOG committee opinion 644, 2015" },
  { name: "healthy newborn", complaint: "a newborn", when: [], steps: ["skin to skin"], urgency: "routine", place: "postnatal ward", note: cry, draws: { getNewborn: { heartRate: [118, 158], breathing: "good cry", reflex: "cry or cough", tone: "active", colour: ["blue hands and feet", "pink"] } }, source: "ERC newborn 2021" },
];

// biome-ignore format: a table
/** What most show. Units: mmHg, °C, per minute, %, g/L, µg/L, 10⁹/L, U/L, µmol/L, mg/mmol, mg/L, mmol/L, cm, mm. */
export const usual: Draws = {
  getVitalSigns: { systolic: [104, 132], diastolic: [62, 82], heartRate: [68, 94], temperature: [36.4, 37.3], respiratoryRate: [12, 18], oxygenSaturation: [96, 99], weightLossPercent: [0, 2] },
  getPrenatalLabs: {
    bloodGroup: ["O", "A", "B", "AB"], rhesus: "positive", antibodies: "none", haemoglobin: [110, 134], ferritin: [34, 110], platelets: [160, 360], ALT: [8, 30], creatinine: [44, 68],
    proteinCreatinineRatio: [5, 18], bileAcids: [2, 9], CRP: [1, 6], urineCulture: "no growth", groupB: "negative", membraneTest: "negative",
  },
  getGlucoseTest: { fasting: [3.9, 4.8], oneHour: [6.1, 9.3], twoHours: [5.2, 7.9] },
  getUltrasound: {
    place: "in the uterus", heartbeat: "present", presentation: "cephalic", placenta: "away from the os", weightCentile: [18, 88], umbilicalFlow: "normal", deepestPoolCm: [3, 6.8],
    cervixMm: [29, 44], breathing: true, movements: true, tone: true,
  },
  examineCervix: { dilatation: [0, 1], effacement: [0, 30], station: [-3, -2], consistency: ["firm", "medium"], position: ["posterior", "mid"] },
};
