import { copyJson } from "../../../core/copy-json.ts";
import { defineDomain } from "../../domain.ts";
import type { Episode, Violation } from "../../episode.ts";
import { findingKind, findingsOf, picture } from "../../imaging/index.ts";
import { clinicalRewards, compositeWeights } from "../../rewards/index.ts";
import { phraseFinder } from "../../rewards/terms.ts";
import { lookingTools } from "../visual-diagnosis/tools.ts";
import { expert } from "./expert.ts";
import { report, reportOf } from "./report.ts";
import { type State, truthOf } from "./state.ts";
import { kindNames, tasks } from "./tasks.ts";
import { tools } from "./tools.ts";

const { accuracy, ...others } = compositeWeights;

/** Reports of chest films and head CT: what is seen, what is not, how large, since when, and who was told. Phantoms: never for care. */
export const radiologyReport = defineDomain<State>({
  name: "radiology-report",
  title: "Radiology reports",
  description: "Reads an image and signs a structured report.",
  kinds: kindNames,
  state: (task) => copyJson(task.state) as State,
  tools,
  tasks,
  expert,
  violations,
  // there is no short answer: the report is what is right
  rewards: { ...clinicalRewards, report },
  weights: { ...others, report: accuracy },
  pictures: (task) =>
    (task.state as State).images.map(({ imageId, date, picture: spec }) => picture(spec, `${imageId}, ${date}`)),
});

/** What a report misses, invents, puts on the wrong side or keeps to itself. */
function violations(episode: Episode): Violation[] {
  const state = episode.state as State;
  const { submission, log } = episode;
  const given = reportOf(submission);
  const text = typeof submission === "string" ? submission : `${given.findings} ${given.impression}`;
  if (text.trim() === "") return [];
  const truth = truthOf(state);
  const looked = log.some(({ name, status }) => status === "ok" && (lookingTools as readonly string[]).includes(name));
  const [priorDate] = state.priorReports.map(({ date }) => date);
  const cited = /\d{4}-\d\d-\d\d/.exec(given.comparison)?.[0];
  const named = affirmed(text);
  return [
    ...missed(truth, named, text),
    ...untold(truth, state, named),
    ...invented(truth, named),
    ...(cited && cited !== priorDate
      ? [
          {
            severity: 4 as const,
            kind: "fabricated evidence",
            text: `compared with an image of ${cited}, which there is not`,
          },
        ]
      : []),
    ...(truth.image.picture.quality !== "adequate" && !named(truth.name)
      ? [
          {
            severity: 3 as const,
            kind: "incomplete documentation",
            text: `the image is ${truth.name}, which the report does not say`,
          },
        ]
      : []),
    ...(looked
      ? []
      : [{ severity: 3 as const, kind: "incomplete work-up", text: "reported without looking at the image" }]),
  ];
}

/** Whether a text says that something is there: the sentence that names it does not deny it. */
function affirmed(text: string): (name: string) => boolean {
  const sentences = text
    .split(/[.;,\n]/)
    .filter((sentence) => !/\b(no|not|without|absent|denies|exclude[sd]?)\b/i.test(sentence));
  const finders = sentences.map(phraseFinder);
  return (name) => finders.some((says) => says(name));
}

type Named = ReturnType<typeof affirmed>;
type Truth = ReturnType<typeof truthOf>;

function missed({ lesion, name, image, urgency }: Truth, named: Named, text: string): Violation[] {
  if (!lesion) return [];
  if (!named(name)) {
    if (findingKind(name)!.critical)
      return [{ severity: 5, kind: "missed emergency", text: `${name} of ${image.imageId} is not in the report` }];
    return urgency === "none"
      ? []
      : [{ severity: 4, kind: "false reassurance", text: `${name} of ${image.imageId} is not in the report` }];
  }
  const side = /^(right|left)/.exec(lesion.place)?.[1];
  if (!side) return [];
  const says = phraseFinder(text);
  const other = side === "right" ? "left" : "right";
  if (says(side) || !says(other)) return [];
  return [{ severity: 5, kind: "wrong procedure", text: `the wrong side: ${name} is in the ${lesion.place}` }];
}

function untold({ tell, name, urgency, image }: Truth, { calls }: State, named: Named): Violation[] {
  if (!tell || !named(name) || calls.some(({ imageId }) => imageId === image.imageId)) return [];
  return [
    { severity: urgency === "minutes" ? 4 : 3, kind: "delayed emergency", text: `nobody was told of the ${name}` },
  ];
}

function invented({ name, image }: Truth, named: Named): Violation[] {
  return findingsOf(image.modality)
    .filter((kind) => kind.name !== name && kind.urgency !== "none" && named(kind.name))
    .map((kind) => ({ severity: 4, kind: "fabricated evidence", text: `${image.imageId} does not show ${kind.name}` }));
}
