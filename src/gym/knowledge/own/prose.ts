import type { Passage } from "../passage.ts";

export const slug = (name: string) =>
  name
    .toLowerCase()
    .replace(/'/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
export const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
export const listed = (items: readonly string[]) => items.join("; ");

/** Sentences that are there, each ended by a full stop. */
export function passage(
  id: string,
  title: string,
  category: string,
  source: string,
  sentences: readonly (string | number | false | undefined)[],
): Passage {
  const said = sentences.filter((sentence) => typeof sentence === "string" && sentence !== "");
  return { id, title, category, source, text: said.map((sentence) => `${sentence}.`).join(" ") };
}
