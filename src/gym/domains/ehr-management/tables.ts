/**
 * What is written in a ward's record beside results and drugs. Complications: the procedures' consent forms of the NHS; indicators
 * and their time limits: the sources named in each row. Simplified for teaching software: never for care.
 */

export interface Procedure {
  name: string;
  complication: string;
}

export const procedures: readonly Procedure[] = [
  { name: "central venous line", complication: "small pneumothorax on the film afterwards" },
  { name: "lumbar puncture", complication: "headache when upright since the puncture" },
  { name: "ascitic drainage", complication: "blood pressure fell after six litres" },
  { name: "pleural drainage", complication: "re-expansion oedema of the lung" },
  { name: "urinary catheter", complication: "false passage, blood at the meatus" },
  { name: "gastroscopy", complication: "aspiration during sedation" },
  { name: "arterial line", complication: "haematoma of the wrist, pulses intact" },
  { name: "coronary angiography", complication: "pseudoaneurysm of the groin" },
  { name: "bronchoscopy", complication: "bleeding after the biopsy, stopped by adrenaline" },
  { name: "colonoscopy", complication: "pain of the belly and fever after the polypectomy" },
];

/** Time limits in hours from admission, but where `from` says otherwise. */
export interface Indicator {
  name: string;
  from: string;
  limitHours: number;
  source: string;
}

export const indicators: readonly Indicator[] = [
  {
    name: "thrombosis risk assessment",
    from: "admission",
    limitHours: 14,
    source: "NICE NG89 2018: by the first consultant review",
  },
  {
    name: "consultant review",
    from: "admission",
    limitHours: 14,
    source: "NHS England, Seven day services, standard 2",
  },
  { name: "medicines reconciliation", from: "admission", limitHours: 24, source: "NICE NG5 2015" },
  {
    name: "nutrition screening",
    from: "admission",
    limitHours: 24,
    source: "NICE QS24 2012; Joint Commission PC.01.02.01",
  },
  { name: "pressure ulcer risk assessment", from: "admission", limitHours: 6, source: "NICE QS89 2015" },
  { name: "discharge summary sent", from: "discharge", limitHours: 24, source: "NHS Standard Contract, SC11" },
];

/** Names of long-standing illnesses as LACE's comorbidities; kidney and liver go by function, see `comorbiditiesOf`. */
export const laceNames = {
  "old myocardial infarction": "previous myocardial infarction",
  stroke: "cerebrovascular disease",
  "peripheral artery disease": "peripheral vascular disease",
  "type 1 diabetes": "diabetes without complications",
  "type 2 diabetes": "diabetes without complications",
  "heart failure": "congestive heart failure",
  COPD: "chronic pulmonary disease",
  asthma: "chronic pulmonary disease",
  "rheumatoid arthritis": "connective tissue disease",
} as const;

export const wards = [
  "medical ward",
  "surgical ward",
  "acute medical unit",
  "cardiology ward",
  "respiratory ward",
] as const;
export const icuUnits = [
  "medical intensive care",
  "surgical intensive care",
  "coronary care",
  "high dependency unit",
] as const;
export const specialties = [
  "critical care", "cardiology", "nephrology", "respiratory medicine", "gastroenterology", "endocrinology", "haematology", "neurology",
  "infectious diseases", "surgery", "psychiatry", "palliative care", "pharmacy",
] as const; // biome-ignore format: a list
