import { z } from "zod";
import { resolveOptions } from "../../core/options.ts";
import type { ChatMessage } from "../../text/tokenizer.ts";
import type { Reward, RewardContext } from "../reward.ts";
import { solutionText } from "../rewards/written.ts";

/** What is asked of the model: a `Model` with a scalar head has it. */
export interface RewardingModel {
  readonly name: string;
  reward(prompt: string | readonly ChatMessage[]): PromiseLike<number>;
}

export interface RewardModelOptions {
  /** A reward model: `await loadModel(folder)` of a …ForSequenceClassification with one label, or a model with an adapter that has a scalar head. */
  model: RewardingModel;
  /** The text or chat that is judged at its last token. @default the ticket from the user, the solution from the assistant */
  prompt?: (context: RewardContext) => string | readonly ChatMessage[];
  /** What is subtracted from the model's number before it is squashed: its mean over good and bad texts. @default 0 */
  center?: number;
  /** What the difference is divided by: how far good and bad lie apart. @default 1 */
  scale?: number;
}

const schema = z.strictObject({
  model: z.custom<RewardingModel>((value) => typeof (value as RewardingModel)?.reward === "function", {
    message: "model must be a loaded reward model, with reward()",
  }),
  prompt: z.custom<NonNullable<RewardModelOptions["prompt"]>>((value) => typeof value === "function").optional(),
  center: z.number().default(0),
  scale: z.number().gt(0).default(1),
});

/**
 * A reward model of the native engine as a reward in [0, 1]: 1/(1 + exp(−(r − center)/scale)). With a Bradley–Terry model
 * (https://arxiv.org/abs/2203.02155, equation 1) that is the probability that the text is preferred to one of reward `center`.
 */
export function rewardModel(options: RewardModelOptions): Reward {
  const { model, prompt = conversation, center, scale } = resolveOptions("gym.rewardModel", options, schema);
  return async (context) => 1 / (1 + Math.exp((center - (await model.reward(prompt(context)))) / scale));
}

function conversation({ task, episode }: RewardContext): ChatMessage[] {
  return [
    { role: "user", content: task.ticket },
    { role: "assistant", content: solutionText(episode) },
  ];
}
