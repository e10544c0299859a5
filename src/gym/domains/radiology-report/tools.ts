import { z } from "zod";
import { findingKind, modalityFacts, urgencies } from "../../imaging/index.ts";
import { ToolError, type toolsOf } from "../../tool.ts";
import { patientId, patientOf } from "../patient-tools.ts";
import { tools as archiveTools, imageOf } from "../visual-diagnosis/tools.ts";
import { complaints, reportOf } from "./report.ts";
import type { State } from "./state.ts";
import { negatives, nextStep, nextSteps, policy, reported } from "./tables.ts";

const imageId = z.string().describe("e.g. I12345-2");
const text = z.string().default("");

export function tools(tool: ReturnType<typeof toolsOf<State>>) {
  // the reader's instruments are those of visual-diagnosis
  const { analyzeMedicalImage, zoomImage, measureLesion, measureStructure, trackLesionChanges, assessImageQuality, lookUpFindings, classifyFinding, think } =
    archiveTools(tool); // biome-ignore format: a list
  return {
    getStudy: tool({
      kind: "read",
      description: "The request: modality, view, date, scale and why it was asked for.",
      parameters: { imageId },
      run({ imageId: id }, { state }) {
        const { picture, ...study } = imageOf(state, id);
        const { unit, unitPerPixel, step } = modalityFacts[study.modality];
        return { ...study, scale: `1 pixel is ${unitPerPixel} ${unit}`, reportedToNearest: `${step} ${unit}` };
      },
    }),
    getClinicalHistory: tool({
      kind: "read",
      description: "Age, sex and history of the patient.",
      parameters: { patientId },
      run: ({ patientId: id }, { state }) => patientOf(state, id),
    }),
    getPriorReports: tool({
      kind: "read",
      description: "Signed reports of the patient's earlier images, oldest first.",
      parameters: { patientId },
      run({ patientId: id }, { state }) {
        patientOf(state, id);
        return { reports: state.priorReports };
      },
    }),
    getReportTemplate: tool({
      kind: "read",
      description: "Sections of a report, and what is denied in the findings if it is not there.",
      parameters: { modality: z.enum(reported) },
      run: ({ modality }) => ({
        sections: {
          indication: "why it was asked for",
          technique: `${modality}, ${modalityFacts[modality].view}`,
          comparison: 'date of the earlier image, or "none"',
          findings: "the finding with place and long axis (to the nearest step, with its unit); then what is not there",
          impression: "the finding by its name, the next step, and who was told",
        },
        negatives: negatives[modality],
      }),
    }),
    getCriticalResultsPolicy: tool({
      kind: "read",
      description: "Which findings are told at once, and how.",
      parameters: {},
      run: () => policy,
    }),
    getNextStep: tool({
      kind: "read",
      description: `What guidelines advise after a finding: ${nextSteps.map(({ finding }) => finding).join(", ")}.`,
      parameters: { finding: z.string() },
      run({ finding }) {
        const row = nextStep(finding);
        if (!row) throw new ToolError(`nothing is advised for ${finding}`);
        return row;
      },
    }),
    analyzeMedicalImage,
    zoomImage,
    measureLesion,
    measureStructure,
    trackLesionChanges,
    assessImageQuality,
    lookUpFindings,
    classifyFinding,
    checkReport: tool({
      kind: "read",
      description: "What is wrong with the form of a report, before it is signed. Whether it is true it does not know.",
      parameters: { imageId, indication: text, technique: text, comparison: text, findings: text, impression: text },
      run({ imageId: id, ...given }, { state }) {
        const { modality } = imageOf(state, id);
        const earlier = state.priorReports[0]?.date ?? "none";
        return { complaints: complaints(reportOf(given), modality, earlier) };
      },
    }),
    saveDraft: tool({
      kind: "write",
      description: "Keeps findings and impression as a draft.",
      parameters: { imageId, findings: z.string().min(1), impression: text },
      run({ imageId: id, findings, impression }, { state }) {
        state.drafts.push({ imageId: imageOf(state, id).imageId, findings, impression });
        return { drafts: state.drafts.length };
      },
    }),
    notifyClinician: tool({
      kind: "write",
      description: "Calls the clinician who asked for the image, and has it read back.",
      parameters: { imageId, finding: z.string().min(1), urgency: z.enum(urgencies), message: text },
      run({ imageId: id, finding, urgency, message }, { state }) {
        const name = findingKind(finding)?.name ?? finding;
        state.calls.push({ imageId: imageOf(state, id).imageId, finding: name, urgency, message });
        return { status: "read back", calls: state.calls.length };
      },
    }),
    think,
    submitReport: tool({
      kind: "submit",
      description: "Signs the report.",
      parameters: {
        indication: z.string(),
        technique: z.string(),
        comparison: z.string().describe('date of the earlier image, or "none"'),
        findings: z.string(),
        impression: z.string(),
      },
      run: () => "signed",
    }),
  };
}
