/** Text in SVG: escaping, and widths without a font at hand. */
export function escapeXml(text: string): string {
  return text
    .replace(/<\/?(b|i|sub|sup|br)\s*\/?>/g, " ") // the mark-up plotly's texts may carry
    .replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
    .trim();
}

const narrow = /[iljtfrI.,:;'|!()[\] ]/;
const wide = /[mwMW@%]|[\u0250-\u{10ffff}]/u;

/** Pixels, estimated from classes of letters of a sans-serif face; a little on the wide side. */
export function textWidth(text: string, fontSize: number): number {
  let units = 0;
  for (const character of text) units += narrow.test(character) ? 0.34 : wide.test(character) ? 0.92 : 0.58;
  return units * fontSize;
}

export const round = (value: number): number => Math.round(value * 10) / 10;

/** Cut to a width, with an ellipsis. */
export function fit(text: string, fontSize: number, width: number): string {
  if (textWidth(text, fontSize) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, fontSize) > width) characters.pop();
  return `${characters.join("")}…`;
}
