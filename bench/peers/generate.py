"""The peer of bench/sides/generate.ts: transformers' generate, greedy, same weights and prompts.

Arguments: directory precision(f32|bf16) sequences prompt-tokens new-tokens seconds. Prints one line of JSON.
"""
import json, os, sys, time

import torch
from transformers import AutoModelForCausalLM

directory, precision, S, P, N, seconds = sys.argv[1:7]
S, P, N, seconds = int(S), int(P), int(N), float(seconds)
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
model.eval()
model.generation_config.eos_token_id = None
model.generation_config.pad_token_id = 0


def tokens(sequences, length):
    state, out = 12345, []
    for _ in range(sequences * length):
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        out.append((state >> 33) % model.config.vocab_size)
    return torch.tensor(out).view(sequences, length)


@torch.inference_mode()
def generate(count):
    return model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=count, do_sample=False)


@torch.inference_mode()
def prefill_once():
    return model(input_ids=long, logits_to_keep=1)


def rate(work, count):
    start, rounds = time.perf_counter(), 0
    while rounds < 2 or time.perf_counter() - start < seconds:
        work()
        rounds += 1
    return rounds * count / (time.perf_counter() - start)


prompt, long = tokens(S, P), tokens(1, 512)
first = generate(N)[0, P:].tolist()
decode_seconds = 1 / rate(lambda: generate(N), 1) - 1 / rate(lambda: generate(1), 1)
prefill_once()
prefill = rate(prefill_once, 512)
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"tokensPerSecond": S * (N - 1) / decode_seconds, "prefillTokensPerSecond": prefill, "peakBytes": peak * 1024, "firstTokens": first[:16]}))
