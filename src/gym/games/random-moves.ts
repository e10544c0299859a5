import { Random } from "../../core/random.ts";
import { renderAnswer } from "../answer-form.ts";
import type { Policy } from "../play.ts";
import { moves } from "./game.ts";

/** Five moves at random in each turn, in the right form: what a policy must beat. */
export function randomMoves(seed = 0): Policy {
  return (_, { task, turns }) => {
    const random = new Random(seed).split(task.id).split("turn", turns.length);
    const answer = Array.from({ length: 5 }, () => random.choice(moves)).join(" || ");
    return renderAnswer("I try something.", answer);
  };
}
