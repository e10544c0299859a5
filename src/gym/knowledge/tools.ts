import { z } from "zod";
import { ToolError, type toolsOf } from "../tool.ts";
import type { Hit, Passage } from "./passage.ts";
import type { PassageStore } from "./store.ts";

/** Characters of a passage that a list of hits shows: what matters has to be opened. */
const excerptLength = 100;
const query = z.string().min(1).max(2000).describe("a few words");
const drug = z.string().min(1).describe("generic name");
const id = z.string().min(1).describe("of a passage, as searches give it");
const maxResults = z.number().int().min(1).max(20).default(8);

/** A hit as a list shows it. */
export interface ListedHit {
  id: string;
  title: string;
  category: string;
  score: number;
  excerpt: string;
}

export function listHits(hits: readonly Hit[]): { results: ListedHit[] } {
  return {
    results: hits.map(({ id, title, category, score, text }) => ({
      id,
      title,
      category,
      score: Math.round(score * 100) / 100,
      excerpt: text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text,
    })),
  };
}

/** A passage that the model named. */
export function askedPassage(store: PassageStore, id: string): Passage {
  const found = store.get(id);
  if (!found) throw new ToolError(`no passage ${id}; take an id from a search`);
  return found;
}

/** Passages about an interaction that name both drugs. */
export function interactionHits(store: PassageStore, a: string, b: string, count = 8): Hit[] {
  const [namesA, namesB] = [a, b].map(wholeWords);
  const hits = store.search(`${a} ${b}`, { category: "interaction", maxResults: 60 });
  return hits
    .filter(({ title, text }) => [namesA, namesB].every((names) => names(`${title}. ${text}`)))
    .slice(0, count);
}

function wholeWords(name: string): (text: string) => boolean {
  const spaced = (text: string) => ` ${(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(" ")} `;
  const wanted = spaced(name);
  return (text) => wanted.trim() !== "" && spaced(text).includes(wanted);
}

/**
 * Tools over a passage store, for a domain or an environment of your own: spread the ones you want into `tools`. The last two are
 * the model's notes and the answer that ends the episode.
 */
export function knowledgeTools<State>(tool: ReturnType<typeof toolsOf<State>>, store: () => PassageStore) {
  const searchIn = (category: string | undefined, count: number) => (text: string) =>
    listHits(store().search(text, { category, maxResults: count }));
  return {
    search: tool({
      kind: "read",
      description: "Passages for one or more queries, the best first.",
      parameters: { queries: z.array(query).min(1).max(5), maxResults },
      run(args) {
        const best = new Map<string, Hit>();
        for (const hit of args.queries.flatMap((text) => store().search(text, { maxResults: args.maxResults }))) {
          if (hit.score > (best.get(hit.id)?.score ?? Number.NEGATIVE_INFINITY)) best.set(hit.id, hit);
        }
        const sorted = [...best.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
        return listHits(sorted.slice(0, args.maxResults));
      },
    }),
    browse: tool({
      kind: "read",
      description: "A whole passage.",
      parameters: { id },
      run: (args) => askedPassage(store(), args.id),
    }),
    searchEvidence: tool({
      kind: "read",
      description:
        "Passages of evidence, of one category if it is given: illness, guideline, drug, interaction, allergy, condition, laboratory, score.",
      parameters: { query, category: z.string().optional() },
      run: (args) => searchIn(args.category, 8)(args.query),
    }),
    searchGuidelines: tool({
      kind: "read",
      description: "Guidelines for an illness.",
      parameters: { condition: query },
      run: ({ condition }) => searchIn("guideline", 5)(condition),
    }),
    searchDrugInteractions: tool({
      kind: "read",
      description: "Passages about the interaction of two drugs.",
      parameters: { drugA: drug, drugB: drug },
      run: ({ drugA, drugB }) => listHits(interactionHits(store(), drugA, drugB)),
    }),
    searchAdverseEffects: tool({
      kind: "read",
      description: "Passages about contraindications and adverse effects of a drug.",
      parameters: { drug },
      run: (args) => searchIn("drug", 5)(`${args.drug} contraindications adverse effects`),
    }),
    crossReference: tool({
      kind: "read",
      description: "The best passages for a query in each of several categories.",
      parameters: { query, sources: z.array(z.string()).min(1).max(8).describe("categories") },
      run: (args) => Object.fromEntries(args.sources.map((name) => [name, searchIn(name, 3)(args.query).results])),
    }),
    getCitation: tool({
      kind: "read",
      description: "How to cite a passage.",
      parameters: { id },
      run(args) {
        const { id: found, title, source } = askedPassage(store(), args.id);
        return { citation: `${title} [${found}]. ${source || "no source named"}` };
      },
    }),
    think: tool({
      kind: "think",
      description: "A note to yourself.",
      parameters: { thought: z.string() },
      run: () => "noted",
    }),
    submitAnswer: tool({
      kind: "submit",
      description: "Hand in the final answer with the reasons; cite passages as [id].",
      parameters: { answer: z.string(), reasoning: z.string().default("") },
      run: () => "submitted",
    }),
  };
}
