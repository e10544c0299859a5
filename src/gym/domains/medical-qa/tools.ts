import { z } from "zod";
import { calculators, findCalculator, findDrug, findPresentation } from "../../clinical/index.ts";
import { own, slug } from "../../knowledge/own/index.ts";
import { queryWords } from "../../knowledge/query.ts";
import { askedPassage, knowledgeTools } from "../../knowledge/tools.ts";
import { ToolError, type toolsOf } from "../../tool.ts";
import type { State } from "./question.ts";

const drug = z.string().min(1).describe("generic name");
const parts = ["use", "safety", "dosing"] as const;

export function tools(tool: ReturnType<typeof toolsOf<State>>) {
  const shared = knowledgeTools(tool, own);
  const { searchEvidence, searchGuidelines, searchDrugInteractions, searchAdverseEffects, crossReference, getCitation, think, submitAnswer } = shared; // biome-ignore format: a list
  return {
    searchEvidence,
    searchGuidelines,
    searchDrugInteractions,
    searchAdverseEffects,
    crossReference,
    browseArticle: tool({
      kind: "read",
      description: "A passage as a whole, or its sentences that begin with a word such as Management.",
      parameters: {
        id: z.string().min(1).describe("of a passage, as searches give it"),
        section: z.string().optional(),
      },
      run({ id, section }) {
        const passage = askedPassage(own(), id);
        if (section === undefined) return passage;
        const wanted = sentences(passage.text).filter((sentence) =>
          sentence.toLowerCase().startsWith(section.trim().toLowerCase()),
        );
        if (wanted.length === 0) throw new ToolError(`${id} has no section ${section}`);
        return { ...passage, text: wanted.join(" ") };
      },
    }),
    analyzeAnswerOptions: tool({
      kind: "read",
      description:
        "For each option, the passage that fits question and option best, and how many of the option's words it has.",
      parameters: { question: z.string().min(1).max(2000), options: z.record(z.string(), z.string()) },
      run({ question, options }) {
        const support = Object.entries(options).map(([letter, option]) => {
          const [best] = own().search(`${question} ${option}`, { maxResults: 1 });
          const share = best ? overlap(option, `${best.title} ${best.text}`) : 0;
          return [letter, { option, support: Math.round(100 * share) / 100, passage: best?.id }];
        });
        return Object.fromEntries(support);
      },
    }),
    summarizeEvidence: tool({
      kind: "read",
      description: "The sentences of passages that say most about a question.",
      parameters: { ids: z.array(z.string()).min(1).max(8), question: z.string().min(1).max(2000) },
      run({ ids, question }) {
        const all = ids.flatMap((id) => {
          const { id: passage, text } = askedPassage(own(), id);
          return sentences(text).map((sentence) => ({ passage, sentence, share: overlap(question, sentence) }));
        });
        return all.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share).slice(0, 5).map(({ passage, sentence }) => ({ passage, sentence })); // biome-ignore format: a chain
      },
    }),
    compareTreatments: tool({
      kind: "read",
      description: "What the guideline for a condition and their own passages say of two drugs.",
      parameters: { treatmentA: drug, treatmentB: drug, condition: z.string().min(1) },
      run({ treatmentA, treatmentB, condition }) {
        const [guideline] = own().search(condition, { category: "guideline", maxResults: 1 });
        const said = guideline ? sentences(guideline.text) : [];
        const about = (name: string) => ({
          inGuideline: said.filter((sentence) => sentence.toLowerCase().includes(name.trim().toLowerCase())),
          safety: own().get(`drug-${slug(name)}-safety`)?.text ?? `no drug ${name} in the store`,
        });
        return { guideline: guideline?.id ?? null, [treatmentA]: about(treatmentA), [treatmentB]: about(treatmentB) };
      },
    }),
    calculateClinicalScore: tool({
      kind: "read",
      description: `A score from its items: ${calculators.map(({ name }) => name).join(", ")}.`,
      parameters: {
        name: z.string().min(1),
        parameters: z.record(z.string(), z.unknown()).describe("items by name, as the score's passage lists them"),
      },
      run({ name, parameters }) {
        const calculator = findCalculator(name);
        if (!calculator)
          throw new ToolError(`no score ${name}; scores: ${calculators.map((known) => known.name).join(", ")}`);
        try {
          return { ...calculator.compute(parameters as never), passage: `score-${slug(calculator.name)}` };
        } catch (error) {
          if (!(error instanceof z.ZodError)) throw error;
          const [{ path, message }] = error.issues;
          throw new ToolError(
            `${calculator.name}: ${path.join(".") || "items"}: ${message}; items: ${Object.keys(calculator.parameters).join(", ")}`,
          );
        }
      },
    }),
    getDrugInformation: tool({
      kind: "read",
      description: "All that the store has on one drug: use, safety, doses.",
      parameters: { drug },
      run(args) {
        const known = findDrug(args.drug);
        if (!known) throw new ToolError(`no drug ${args.drug} in the store`);
        return parts.map((part) => askedPassage(own(), `drug-${slug(known.name)}-${part}`));
      },
    }),
    checkDiagnosticCriteria: tool({
      kind: "read",
      description: "Which typical complaints, symptoms and signs of an illness are among the findings.",
      parameters: { condition: z.string().min(1), findings: z.string().min(1).max(3000) },
      run({ condition, findings }) {
        const known = findPresentation(condition);
        if (!known)
          throw new ToolError(`no criteria for ${condition}; take the name from a passage of the category illness`);
        const criteria = [known.complaint, ...known.symptoms, ...known.signs];
        const text = findings.toLowerCase();
        const met = criteria.filter((phrase) => text.includes(phrase.toLowerCase()));
        return {
          condition: known.name,
          met,
          notFound: criteria.filter((phrase) => !met.includes(phrase)),
          passage: `illness-${slug(known.name)}`,
        };
      },
    }),
    getCitation,
    think,
    submitAnswer,
  };
}

/** By full stops before a space and a capital: passages are written so. */
function sentences(text: string): string[] {
  return text.split(/(?<=\.)\s(?=\p{Lu})/u);
}

/** Share of the words of `asked` that are in `text`. */
function overlap(asked: string, text: string): number {
  const words = queryWords(asked);
  const there = new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  return words.length === 0 ? 0 : words.filter((word) => there.has(word)).length / words.length;
}
