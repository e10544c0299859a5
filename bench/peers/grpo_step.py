"""The peer of bench/sides/grpo-step.ts: TRL's GRPOTrainer on the same weights, prompts and reward, LoRA rank 16 on all linears.

Arguments: directory precision(f32|autocast|bf16) prompts completions prompt-tokens new-tokens seconds. Prints one line of JSON.
Every completion has its full length: the end token is suppressed. A step runs from the end of one to the end of the next.
"""
import json, os, sys, tempfile, time

import torch
from datasets import Dataset
from peft import LoraConfig
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

directory, precision, P, G, L, N, seconds = sys.argv[1:8]
P, G, L, N, seconds = int(P), int(G), int(L), int(N), float(seconds)
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))

model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
vocab = model.config.vocab_size
# Token i is the word "ti".
words = Tokenizer(models.WordLevel({f"t{i}": i for i in range(vocab)}, unk_token="t0"))
words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="t0", eos_token="t1")

state, tokens = 12345, []
for _ in range(P * L):
    state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
    tokens.append((state >> 33) % vocab)
prompts = [" ".join(f"t{i}" for i in tokens[p * L : (p + 1) * L]) for p in range(P)]
lengths = set()


def reward(completion_ids, **_):
    lengths.update(map(len, completion_ids))
    return [sum(i % 2 == 0 for i in ids) / len(ids) for ids in completion_ids]


class Clock(TrainerCallback):
    """Two steps of warm-up, then steps until the time is up."""

    ends = []

    def on_step_end(self, args, state, control, **_):
        self.ends.append(time.perf_counter())
        if len(self.ends) >= 5 and self.ends[-1] - self.ends[1] > seconds:
            control.should_training_stop = True


targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
with tempfile.TemporaryDirectory() as folder:
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=reward,
        train_dataset=Dataset.from_dict({"prompt": prompts}),
        processing_class=tokenizer,
        peft_config=LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, target_modules=targets, task_type="CAUSAL_LM"),
        callbacks=[Clock()],
        args=GRPOConfig(
            output_dir=folder, use_cpu=True, bf16=precision == "autocast", gradient_checkpointing=False, save_strategy="no", report_to=[],
            per_device_train_batch_size=P * G, num_generations=G, steps_per_generation=1, max_steps=100000, max_completion_length=N,
            temperature=1.0, beta=0.04, loss_type="grpo", learning_rate=1e-4, lr_scheduler_type="constant", max_grad_norm=1.0,
            disable_tqdm=True, logging_steps=100000, generation_kwargs={"min_new_tokens": N},
        ),
    )
    trainer.train()
assert lengths == {N}, f"completions of {sorted(lengths)} tokens, not {N}"
ends = Clock.ends
per_step = (ends[-1] - ends[1]) / (len(ends) - 2)
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"tokensPerSecond": P * G * N / per_step, "secondsPerStep": per_step, "peakBytes": peak * 1024}))
