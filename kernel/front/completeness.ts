/** Whether a text is a whole cell, for consoles: by oxc's parser, without TypeScript. */

export type Completeness = { status: "complete" | "invalid" } | { status: "incomplete"; indent: string };

export async function isComplete(code: string): Promise<Completeness> {
  const { parseSync } = await import("oxc-parser"); // after kernel_info, which must not wait for it
  const readings = ["ts", "tsx"].map((lang) =>
    parseSync(`cell.${lang}`, code, { lang: lang as "ts", sourceType: "module" }),
  );
  if (readings.some(({ errors }) => errors.length === 0)) return { status: "complete" };
  const end = code.trimEnd().length;
  // An error where the text ends means that more text may mend it; so does a template or comment that never closes.
  const mendable = readings.some(({ errors }) =>
    errors.some(({ message, labels }) => {
      const open = labels.some((label) => label.end >= end && (code[label.start] === "`" || code[label.start] === "/"));
      return (/unterminated/i.test(message) && open) || labels.some((label) => label.start >= end);
    }),
  );
  return mendable ? { status: "incomplete", indent: indentAfter(code) } : { status: "invalid" };
}

/** The last line's indentation, and one step more after an opening bracket. */
function indentAfter(code: string): string {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^\s*/.exec(last)![0];
  return /[[({]$/.test(last) ? `${indent}  ` : indent;
}
