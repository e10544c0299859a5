"""The peer of bench/sides/preference-step.ts: TRL's DPOTrainer or RewardTrainer on the same weights and pairs, LoRA rank 16 on all linears.

Arguments: directory precision(f32|autocast|bf16) dpo|reward pairs prompt-tokens completion-tokens.
DPO's reference is scored before training. A step runs from the end of one to the end of the next.
"""
import os
import sys
import tempfile

import torch
from datasets import Dataset
from serving import rate, serve, token_batch
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer
from trl_steps import common, lora, steps_of, text, word_tokenizer

directory, precision, kind, P, L, N = sys.argv[1:7]
P, L, N = int(P), int(L), int(N)

settings = dict(dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
if kind == "dpo":
    model = AutoModelForCausalLM.from_pretrained(directory, **settings)
else:
    model = AutoModelForSequenceClassification.from_pretrained(directory, num_labels=1, pad_token_id=0, **settings)
    model.score.weight.data.zero_()
vocab = model.config.vocab_size
# A prompt, a chosen and a rejected completion in turn; the trainers have every completion end with <1>.
rows = token_batch(P, L + 2 * N, vocab)
pairs = [(row[:L], row[L : L + N - 1] + [1], row[L + N : L + 2 * N - 1] + [1]) for row in rows]


@torch.no_grad()
def first_loss():
    """Mean negative log-likelihood of the completions; of a reward model, the loss of equal rewards."""
    ids = torch.tensor([prompt + side for prompt, *sides in pairs for side in sides])
    out = model(input_ids=ids).logits.float()
    if kind == "reward":
        return -torch.nn.functional.logsigmoid(out[::2] - out[1::2]).mean().item()
    logprobs = out.log_softmax(-1)[:, L - 1 : -1].gather(2, ids[:, L:, None])
    return -logprobs.mean().item()


facts = {"firstLoss": first_loss()}
again = pairs * 64  # a new epoch at every step would be work of its own
dataset = Dataset.from_dict({
    "prompt": [text(prompt) for prompt, _, _ in again],
    "chosen": [" " + text(chosen) for _, chosen, _ in again],
    "rejected": [" " + text(rejected) for _, _, rejected in again],
})
common.update(output_dir=tempfile.mkdtemp(), bf16=precision == "autocast", per_device_train_batch_size=P, max_length=None)
given = dict(model=model, train_dataset=dataset, processing_class=word_tokenizer(vocab))
if kind == "dpo":
    args = DPOConfig(**common, beta=0.1, loss_type=["sigmoid"], precompute_ref_log_probs=True)
    trainer = DPOTrainer(**given, args=args, peft_config=lora(task_type="CAUSAL_LM"))
    lengths = {len(row[side]) for row in trainer.train_dataset for side in ("chosen_ids", "rejected_ids")}
    assert lengths == {N}, f"completions of {lengths} tokens"
else:
    peft_config = lora(task_type="SEQ_CLS", modules_to_save=["score"])
    trainer = RewardTrainer(**given, args=RewardConfig(**common), peft_config=peft_config)
    lengths = {len(row[side]) for row in trainer.train_dataset for side in ("chosen_ids", "rejected_ids")}
    assert lengths == {L + N}, f"texts of {lengths} tokens"
step = steps_of(trainer)
serve(facts, lambda request: P * 2 * N * rate(step, request["seconds"]))
os._exit(0)  # the trainer waits in its loop for ever
