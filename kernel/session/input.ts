/** Questions to the user: `await input("Age? ")`, and `prompt("Age? ")`, which blocks. */
import { currentCell } from "./cells.ts";
import { report } from "./channel.ts";
import { nextInput, nextInputSync } from "./interrupt.ts";

function ask(question: string, password: boolean): void {
  const cell = currentCell();
  if (!cell?.allowStdin) {
    throw new Error("input: this front end does not answer questions (allow_stdin is false); use a constant instead");
  }
  report({ type: "input", cell: cell.id, prompt: question, password });
}

/** Asks the user and resolves with the answer. `password` hides what is typed. */
export async function input(question = "", options: { password?: boolean } = {}): Promise<string> {
  const answer = nextInput();
  ask(question, options.password ?? false);
  return answer;
}

/** Asks the user and waits: nothing else runs meanwhile. */
export function prompt(question = ""): string {
  const answer = nextInputSync(() => ask(question, false));
  if (answer === undefined) throw new Error("prompt: interrupted");
  return answer;
}

export function installInput(): void {
  for (const [name, value] of Object.entries({ input, prompt })) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
}
