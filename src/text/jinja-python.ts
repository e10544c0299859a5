/**
 * Where @huggingface/jinja 0.5 differs from Python's Jinja in ways that chat templates meet, mended on the syntax tree:
 *
 * - `strip`, `lstrip` and `rstrip` ignore their argument (Qwen3's `content.lstrip('\n')` would eat leading spaces), and
 *   with `trim` they strip JavaScript's white space, which has U+FEFF and lacks U+001C–U+001F and U+0085.
 * - `strftime_now` names months in the machine's language and knows few codes; ours is English, as Python's C locale.
 *
 * Left as it is: numbers print as JavaScript does, since 1.0 and 1 are one value here (Python's `tojson` keeps "1.0").
 */

/** Thrown by a template's `raise_exception`. */
export class RaisedByTemplate extends Error {}

export function jinjaGlobals(): Record<string, unknown> {
  return {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    range: (start: number, stop?: number, step = 1) => range(start, stop, step),
    raise_exception: (message: unknown) => {
      throw new RaisedByTemplate(String(message));
    },
    strftime_now: (format: string) => strftime(new Date(), format),
    __strip: (text: unknown, side: string, characters?: string | null) => strip(String(text ?? ""), side, characters),
  };
}

type Node = Record<string, unknown> & { type: string };

const sides = ["strip", "lstrip", "rstrip"];

/** Turns `x.strip(…)`, `x.lstrip(…)`, `x.rstrip(…)` and `x | trim` into calls of `__strip`, in place. */
export function mendSyntaxTree(node: unknown): void {
  if (node instanceof Map) for (const entry of node) mendSyntaxTree(entry);
  else if (Array.isArray(node)) for (const child of node) mendSyntaxTree(child);
  if (typeof node !== "object" || node === null || !("type" in node)) return;
  const tree = node as Node;
  for (const field of Object.values(tree)) mendSyntaxTree(field);
  if (tree.type === "FilterExpression" && (tree.filter as Node).value === "trim") {
    Object.assign(tree, stripCall(tree.operand, "strip", []));
  } else if (tree.type === "CallExpression") {
    const callee = tree.callee as Node;
    const method = String((callee.property as Node | undefined)?.value);
    if (callee.type === "MemberExpression" && !callee.computed && sides.includes(method)) {
      Object.assign(tree, stripCall(callee.object, method, tree.args as unknown[]));
    }
  }
}

function stripCall(operand: unknown, side: string, args: unknown[]): object {
  const callee = { type: "Identifier", value: "__strip" };
  return { type: "CallExpression", callee, args: [operand, { type: "StringLiteral", value: side }, ...args] };
}

// What Python's str.isspace() holds for.
const pythonSpace =
  "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

function strip(text: string, side: string, characters?: string | null): string {
  const set = new Set(characters ?? pythonSpace);
  const units = Array.from(text);
  let start = 0;
  let end = units.length;
  if (side !== "rstrip") while (start < end && set.has(units[start])) start++;
  if (side !== "lstrip") while (end > start && set.has(units[end - 1])) end--;
  return units.slice(start, end).join("");
}

function range(start: number, stop: number | undefined, step: number): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);
}

const months = "January February March April May June July August September October November December".split(" ");
const days = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** Python's strftime in the C locale, local time. Codes it does not know stay as they are. */
export function strftime(date: Date, format: string): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const dayOfYear = () =>
    Math.round(
      (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - Date.UTC(date.getFullYear(), 0, 0)) / 864e5,
    );
  const codes: Record<string, () => string> = {
    Y: () => String(date.getFullYear()),
    y: () => two(date.getFullYear() % 100),
    m: () => two(date.getMonth() + 1),
    d: () => two(date.getDate()),
    e: () => String(date.getDate()).padStart(2),
    j: () => String(dayOfYear()).padStart(3, "0"),
    B: () => months[date.getMonth()],
    b: () => months[date.getMonth()].slice(0, 3),
    A: () => days[date.getDay()],
    a: () => days[date.getDay()].slice(0, 3),
    H: () => two(date.getHours()),
    I: () => two(((date.getHours() + 11) % 12) + 1),
    p: () => (date.getHours() < 12 ? "AM" : "PM"),
    M: () => two(date.getMinutes()),
    S: () => two(date.getSeconds()),
    F: () => strftime(date, "%Y-%m-%d"),
    T: () => strftime(date, "%H:%M:%S"),
    "%": () => "%",
  };
  return format.replace(/%(-?)([a-zA-Z%])/g, (code, unpadded, letter) => {
    const text = codes[letter]?.() ?? code;
    return unpadded ? text.replace(/^[0 ]+(?=.)/, "") : text;
  });
}
