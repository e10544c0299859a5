import type { Target } from "./rows.ts";

/**
 * What medgym has to reach beside its peers on the same machine in the same run, on one core and on two. Keys are row
 * names without their number of cores. "times": so many times better than the best peer; "share": at most that share of
 * the peer's; "atLeast" and "atMost": the figure itself.
 */
const targets: Record<string, Target> = {
  "LoRA step nano": { times: 3 },
  "LoRA step mini": { times: 1.8 },
  "LoRA step 0.5b": { times: 1.7 },
  "LoRA step nano: peak memory": { share: 0.4 },
  "LoRA step mini: peak memory": { share: 0.5 },
  "LoRA step 0.5b: peak memory": { share: 0.5 },
  "full step nano": { times: 2.5 },
  "full step mini": { times: 1.6 },
  "decode nano, batch 1": { times: 1.5 },
  "decode nano, batch 16": { times: 7 },
  "decode mini, batch 1": { times: 1.15 },
  "decode mini, batch 16": { times: 2.2 },
  "decode 0.5b, batch 1": { times: 1 },
  "decode 0.5b, batch 16": { times: 2 },
  "decode 0.5b, batch 1: share of memory bandwidth": { atLeast: 90 },
  "decode 0.5b NF4, batch 1": { times: 1 },
  "prefill nano": { times: 2 },
  "prefill mini": { times: 1.8 },
  "prefill 0.5b": { times: 1.5 },
  "GRPO step nano": { times: 6 },
  "GRPO step mini": { times: 3.5 },
  "GRPO step nano: peak memory": { share: 0.4 },
  "GRPO step mini: peak memory": { share: 0.4 },
  "import and load nano": { atMost: 0.3 },
  "import and load nano: peak memory": { atMost: 120 },
};

/** Of a row; `LoRA step nano, 2 cores: peak memory` has the target of `LoRA step nano: peak memory`. */
export function target(name: string): Target | undefined {
  if (name.startsWith("tokenizer ")) return { times: 1 };
  if (name.startsWith("knowledge index")) return { atLeast: 20_000 };
  if (name.startsWith("knowledge search")) return { atMost: 10 };
  if (name.startsWith("gym ")) return { atLeast: 5000 };
  return targets[name.replace(/, \d+ cores?(?=:|$)/, "")];
}
