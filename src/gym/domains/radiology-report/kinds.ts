/** The kinds of studies: what is painted, and what a good report of it says and does. */
import type { Random } from "../../../core/random.ts";
import { before, between } from "../../clinical/index.ts";
import { drawLesion, findingKind, type Lesion, modalityFacts, noFinding, type PictureSpec, qualities, regionOf } from "../../imaging/index.ts"; // biome-ignore format: a list
import type { Assertion, ExpectedAction } from "../../task.ts";
import { call } from "../expected.ts";
import type { Draft } from "../patient-tasks.ts";
import { imageOf, patientOf, seedOf } from "../visual-diagnosis/kinds.ts";
import { type PriorReport, type State, sizeOf, type Truth, truthOf } from "./state.ts";
import { type Reported, reported } from "./tables.ts";

export interface Kind {
  name: string;
  difficulty: Draft["difficulty"];
  /** The pictures, oldest first; undefined: this draw does not work out. */
  pictures(random: Random): PictureSpec[] | undefined;
}

const adequate = (modality: Reported, seed: number, more: Partial<PictureSpec> = {}): PictureSpec => ({
  modality,
  seed,
  quality: "adequate",
  lesions: [],
  ...more,
});

function lesionOf(random: Random, names: readonly string[]): Lesion {
  return drawLesion(random, findingKind(random.choice(names))!);
}

const one = (name: string, difficulty: Kind["difficulty"], modality: Reported, names: readonly string[]): Kind => ({
  name,
  difficulty,
  pictures: (random) => [adequate(modality, seedOf(random), { lesions: [lesionOf(random, names)] })],
});

export const kinds: readonly Kind[] = [
  { name: "normal", difficulty: 1, pictures: (random) => [adequate(random.choice(reported), seedOf(random))] },
  one("chest-finding", 3, "chest film", ["pulmonary nodule", "pulmonary mass"]),
  one("chest-told", 4, "chest film", ["consolidation", "pleural effusion", "pneumothorax"]),
  one("head-critical", 4, "head CT", ["intracerebral haemorrhage", "ischaemic infarct"]),
  one("head-incidental", 2, "head CT", ["calcification"]),
  {
    name: "heart",
    difficulty: 3,
    pictures: (random) => [
      adequate("chest film", seedOf(random), { heart: Math.round(100 * (0.54 + 0.1 * random.uniform())) / 100 }),
    ],
  },
  {
    name: "limited",
    difficulty: 2,
    pictures(random) {
      const quality = random.choice(qualities.filter((name) => name !== "adequate"));
      return [adequate(random.choice(reported), seedOf(random), { quality })];
    },
  },
  {
    name: "follow-up",
    difficulty: 5,
    pictures(random) {
      const body = random.integer(4);
      const now = lesionOf(random, ["pulmonary nodule", "pulmonary mass"]);
      const factor = random.choice([0.7, 1, 1.4]);
      const long = 2 * Math.round((now.long * factor) / 2);
      if (long < 10 || long > 60 || Math.abs(now.long - long) === 2) return undefined;
      const kind = long > 30 ? "pulmonary mass" : "pulmonary nodule"; // by size, as the glossary has it
      const earlier: Lesion = { ...now, kind, long, short: Math.round(now.short * (long / now.long)) };
      return [earlier, now].map((lesion) => adequate("chest film", seedOf(random, body), { lesions: [lesion] }));
    },
  },
  {
    name: "resolved",
    difficulty: 4,
    pictures(random) {
      const body = random.integer(4);
      const gone = lesionOf(random, ["consolidation", "pleural effusion"]);
      return [[gone], []].map((lesions) => adequate("chest film", seedOf(random, body), { lesions }));
    },
  },
];

/** Reported before: what was seen then. */
function priorReport(imageId: string, date: string, { lesions, modality }: PictureSpec): PriorReport {
  const [lesion] = lesions;
  const { unit } = modalityFacts[modality];
  const impression = lesion ? lesion.kind : noFinding;
  const findings = lesion
    ? `${lesion.kind} in the ${lesion.place}, long axis ${lesion.long} ${unit}.`
    : `${noFinding}.`;
  return { imageId, date, findings, impression };
}

export function draft(kind: Kind, random: Random, id: string): Draft | undefined {
  const pictures = kind.pictures(random);
  if (!pictures) return undefined;
  const dates = [before("2026-06-30", between(random, 20, 150)), before("2026-12-31", between(random, 0, 150))].slice(
    -pictures.length,
  );
  const images = pictures.map((picture, i) => imageOf(random, id, i + 1, picture, { date: dates[i] }));
  const state: State = {
    patient: patientOf(random, id),
    images,
    recorded: [],
    annotations: [],
    priorReports: images.slice(0, -1).map(({ imageId, date, picture }) => priorReport(imageId, date, picture)),
    drafts: [],
    calls: [],
  };
  const truth = truthOf(state);
  const { imageId, modality } = truth.image;
  const ticket = random.choice([
    `Report ${imageId} of ${id}: read ${imageId}, tell whoever must know now, and sign the report of ${imageId}.`,
    `${imageId} (${id}) waits for its report. Look at ${imageId}, act on what ${imageId} shows, submit the report.`,
    `Please read and report ${imageId}. Has ${id} an earlier image to compare ${imageId} with?`,
  ]);
  return {
    ticket,
    difficulty: kind.difficulty,
    criteria: { actions: actionsOf(truth, state, id, modality as Reported), assertions: assertionsOf(truth) },
    state,
  };
}

function actionsOf(
  truth: Truth,
  { images, priorReports }: State,
  patientId: string,
  modality: Reported,
): ExpectedAction[] {
  const { lesion, name, urgency, tell, comparison, step } = truth;
  const { imageId, indication, view } = truth.image;
  const box = lesion ? [...regionOf(lesion)] : [];
  const readable = truth.image.picture.quality === "adequate";
  const report = {
    indication,
    technique: `${modality}, ${view}`,
    comparison,
    findings: findingsText(truth),
    impression: `${name}; ${step}`,
  };
  return [
    call("getStudy", { imageId }),
    call("getPriorReports", { patientId }),
    call("assessImageQuality", { imageId }),
    ...(readable ? [call("analyzeMedicalImage", { imageId }), call("getReportTemplate", { modality })] : []),
    ...(lesion ? [call("measureLesion", { imageId, box }, "box")] : []),
    ...(lesion && priorReports.length > 0
      ? [call("trackLesionChanges", { imageId, priorId: images[0].imageId, box }, "box")]
      : []),
    ...(readable && modality === "chest film" && !lesion
      ? [call("measureStructure", { imageId, structure: "heart" })]
      : []),
    call("getNextStep", { finding: name }),
    ...(tell ? [call("notifyClinician", { imageId, finding: name, urgency })] : []),
    { tool: "submitReport", arguments: report, compareArgs: ["comparison"] },
  ];
}

function findingsText(truth: Truth): string {
  const { name, lesion, negatives } = truth;
  const size = sizeOf(truth);
  const found = lesion ? `${name} in the ${lesion.place}, long axis ${size}` : name;
  return `${[found, ...negatives].join(". ")}.`;
}

function assertionsOf(truth: Truth): Assertion[] {
  const { image, name, lesion, negatives, tell, step } = truth;
  const size = sizeOf(truth);
  const first = lesion ? [name, lesion.place] : [name];
  return [
    {
      text: lesion ? `${image.imageId} shows ${name} in the ${lesion.place}` : `${image.imageId}: ${name}`,
      importance: "critical",
      evidence: first,
    },
    ...(size ? [{ text: `the long axis is ${size}`, importance: "high", evidence: [size] } satisfies Assertion] : []),
    ...(tell
      ? [
          {
            text: `the clinician was told of the ${name}`,
            importance: "critical",
            evidence: ["told"],
          } satisfies Assertion,
        ]
      : []),
    ...(negatives.length > 0
      ? [{ text: negatives.join(", "), importance: "medium", evidence: negatives } satisfies Assertion]
      : []),
    { text: `next: ${step}`, importance: "high", evidence: [step] },
  ];
}
