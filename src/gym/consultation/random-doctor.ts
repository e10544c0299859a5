import { Random } from "../../core/random.ts";
import { renderAnswer } from "../answer-form.ts";
import type { Policy } from "../play.ts";

/** Asks for three words of what was said, or diagnoses them, in the right form: what a policy must beat. */
export function randomDoctor(seed = 0): Policy {
  return (messages, { task, turns }) => {
    const random = new Random(seed).split(task.id).split("turn", turns.length);
    const said = messages.slice(1).map(({ content }) => (typeof content === "string" ? content : ""));
    const known = said.join(" ").match(/[\p{L}\p{N}]+/gu) ?? ["it"];
    const words = () => Array.from({ length: 3 }, () => random.choice(known)).join(" ");
    const ends = random.integer(4) === 0;
    return renderAnswer(
      "I guess.",
      ends ? `Diagnosis: ${words()} Recommendation: ${words()}` : `What about ${words()}?`,
    );
  };
}
