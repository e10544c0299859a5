"""What the peers made of TRL's trainers share: token ids as words, LoRA on all linears, one step at a time."""
import os
import threading
from queue import Queue

import torch
from peft import LoraConfig
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, TrainerCallback

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


def word_tokenizer(vocab):
    """Token i is the word "<i>", so that none is part of another; <0> pads, <1> ends."""
    words = Tokenizer(models.WordLevel({f"<{i}>": i for i in range(vocab)}, unk_token="<0>"))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<0>", eos_token="<1>")


def text(ids):
    return " ".join(f"<{i}>" for i in ids)


def lora(**settings):
    targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    return LoraConfig(r=16, lora_alpha=32, lora_dropout=0.0, target_modules=targets, **settings)


# What every trainer's configuration has.
common = dict(
    use_cpu=True, gradient_checkpointing=False, save_strategy="no", report_to=[], max_steps=1000000, learning_rate=1e-4,
    lr_scheduler_type="constant", max_grad_norm=1.0, disable_tqdm=True, logging_strategy="no",
)


class Baton(TrainerCallback):
    """Hands one step's end over to the bench, then waits to be asked for the next."""

    asked, ended = Queue(), Queue()

    def on_step_end(self, args, state, control, **_):
        self.ended.put(None)
        self.asked.get()


def steps_of(trainer):
    """Starts the trainer, which has a thread of its own and runs its first step as warm-up; the function runs one more step."""

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

    trainer.add_callback(Baton())
    # One of the two threads waits at any time.
    threading.Thread(target=train, daemon=True).start()
    ended()
    return step
