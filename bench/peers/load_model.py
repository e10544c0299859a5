"""The peer of bench/sides/load.ts. Arguments: directory."""
import json
import sys

import peft  # noqa: F401
import torch
import trl
from serving import peak_bytes
from transformers import AutoModelForCausalLM, AutoTokenizer

trl.SFTTrainer  # trl imports on use: what a training script names
torch.set_num_threads(1)
model = AutoModelForCausalLM.from_pretrained(sys.argv[1])
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
print(json.dumps({"peakBytes": peak_bytes()}), flush=True)
