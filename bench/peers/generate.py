"""The peer of bench/sides/generate.ts: transformers' generate, greedy, same weights and prompts.

Arguments: directory precision(f32|bf16).
"""
import os
import sys

import torch
from serving import rate, serve, token_batch
from transformers import AutoModelForCausalLM

directory, precision = sys.argv[1:3]
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
model.eval()
model.generation_config.eos_token_id = None
model.generation_config.pad_token_id = 0


def tokens(sequences, length):
    return torch.tensor(token_batch(sequences, length, model.config.vocab_size))


@torch.inference_mode()
def generate(prompt, count):
    return model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=count, do_sample=False)


@torch.inference_mode()
def prefill(prompt):
    model(input_ids=prompt, logits_to_keep=1)


def measure(request):
    S, count, seconds = request["sequences"], request["count"], request["seconds"]
    prompt = tokens(S, request["prompt"])
    if request["mode"] == "prefill":
        prefill(prompt)
        return prompt.numel() * rate(lambda: prefill(prompt), seconds)
    generate(prompt, 2)
    # The first token is the prefill's: what generating one takes is taken off.
    whole = 1 / rate(lambda: generate(prompt, count), seconds * 2 / 3)
    return S * (count - 1) / (whole - 1 / rate(lambda: generate(prompt, 1), seconds / 3))


serve({"firstTokens": generate(tokens(1, 64), 16)[0, 64:].tolist()}, measure)
