"""The peer of bench/sides/grpo-step.ts: TRL's GRPOTrainer on the same weights, prompts and reward, LoRA rank 16 on all linears.

Arguments: directory precision(f32|autocast|bf16) prompts completions prompt-tokens new-tokens.
Every completion has its full length: the end token is suppressed. A step runs from the end of one to the end of the next.
"""
import os
import sys
import tempfile
import threading
from queue import Queue

import torch
from datasets import Dataset
from peft import LoraConfig
from serving import rate, serve, token_batch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

directory, precision, P, G, L, N = sys.argv[1:7]
P, G, L, N = int(P), int(G), int(L), int(N)
torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))

model = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.bfloat16 if precision == "bf16" else torch.float32)
# Token i is the word "ti".
words = Tokenizer(models.WordLevel({f"t{i}": i for i in range(model.config.vocab_size)}, unk_token="t0"))
words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="t0", eos_token="t1")
prompts = [" ".join(f"t{i}" for i in prompt) for prompt in token_batch(P, L, model.config.vocab_size)]


def reward(completion_ids, **_):
    assert {len(ids) for ids in completion_ids} == {N}, "a completion ended early"
    return [sum(i % 2 == 0 for i in ids) / N for ids in completion_ids]


class Baton(TrainerCallback):
    """Hands one step's end over to the bench, then waits to be asked for the next."""

    asked, ended = Queue(), Queue()

    def on_step_end(self, args, state, control, **_):
        self.ended.put(None)
        self.asked.get()


targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
trainer = GRPOTrainer(
    model=model,
    reward_funcs=reward,
    train_dataset=Dataset.from_dict({"prompt": prompts}),
    processing_class=tokenizer,
    peft_config=LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, target_modules=targets, task_type="CAUSAL_LM"),
    callbacks=[Baton()],
    args=GRPOConfig(
        output_dir=tempfile.mkdtemp(), use_cpu=True, bf16=precision == "autocast", gradient_checkpointing=False, save_strategy="no",
        report_to=[], per_device_train_batch_size=P * G, num_generations=G, steps_per_generation=1, max_steps=1000000,
        max_completion_length=N, temperature=1.0, beta=0.04, loss_type="grpo", learning_rate=1e-4, lr_scheduler_type="constant",
        max_grad_norm=1.0, disable_tqdm=True, logging_strategy="no", generation_kwargs={"min_new_tokens": N},
    ),
)


def train():
    try:
        trainer.train()
    except BaseException as error:  # handed to the bench, which ends with it
        Baton.ended.put(error)


def ended():
    error = Baton.ended.get()
    if error:
        raise error


def step():
    Baton.asked.put(None)
    ended()


# The trainer's loop has a thread of its own; one of the two threads waits at any time. The first step is warm-up.
threading.Thread(target=train, daemon=True).start()
ended()
serve({}, lambda request: P * G * N * rate(step, request["seconds"]))
os._exit(0)  # the trainer waits in its loop for ever
