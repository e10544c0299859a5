"""The peer of bench/sides/train-step.ts: PyTorch + transformers + PEFT, same weights, same tokens, same step.

Arguments: directory precision(f32|autocast|bf16) lora|full sequences tokens.
"""
import os
import sys

import torch
from serving import rate, serve, token_batch
from transformers import AutoModelForCausalLM

directory, precision, mode, S, L = sys.argv[1:6]
S, L = int(S), int(L)
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
torch.manual_seed(0)

model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
if mode == "lora":
    from peft import LoraConfig, get_peft_model

    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, target_modules=targets, task_type="CAUSAL_LM"))
model.train()
trainable = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trainable, lr=1e-4, weight_decay=0.01, fused=True)
ids = torch.tensor(token_batch(S, L, model.config.vocab_size))


def step():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision != "f32"):
        loss = model(input_ids=ids, labels=ids).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trainable, 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


serve({"firstLoss": step()}, lambda request: S * L * rate(step, request["seconds"]))
