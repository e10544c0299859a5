"""The peer of bench/sides/grpo-step.ts: TRL's GRPOTrainer on the same weights, prompts and reward, LoRA rank 16 on all linears.

Arguments: directory precision(f32|autocast|bf16) prompts completions prompt-tokens new-tokens.
Every completion has its full length: the end token is suppressed. A step runs from the end of one to the end of the next.
"""
import os
import sys
import tempfile

import torch
from datasets import Dataset
from serving import rate, serve, token_batch
from transformers import AutoModelForCausalLM
from trl import GRPOConfig, GRPOTrainer
from trl_steps import common, lora, steps_of, text, word_tokenizer

directory, precision, P, G, L, N = sys.argv[1:7]
P, G, L, N = int(P), int(G), int(L), int(N)

model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
tokenizer = word_tokenizer(model.config.vocab_size)
prompts = [text(prompt) for prompt in token_batch(P, L, model.config.vocab_size)]


def reward(prompts, completion_ids, **_):
    assert {len(ids) for ids in completion_ids} == {N}, "a completion ended early"
    assert {len(tokenizer(prompt).input_ids) for prompt in prompts} == {L}
    return [sum(i % 2 == 0 for i in ids) / N for ids in completion_ids]


trainer = GRPOTrainer(
    model=model,
    reward_funcs=reward,
    train_dataset=Dataset.from_dict({"prompt": prompts * 64}),  # a new epoch at every step would be work of its own
    processing_class=tokenizer,
    peft_config=lora(task_type="CAUSAL_LM"),
    args=GRPOConfig(
        **common, output_dir=tempfile.mkdtemp(), bf16=precision == "autocast", per_device_train_batch_size=P * G, num_generations=G,
        steps_per_generation=1, max_completion_length=N, temperature=1.0, beta=0.04, loss_type="grpo",
        generation_kwargs={"min_new_tokens": N},
    ),
)
step = steps_of(trainer)
serve({}, lambda request: P * G * N * rate(step, request["seconds"]))
os._exit(0)  # the trainer waits in its loop for ever
