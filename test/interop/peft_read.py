"""Loads model folders and PEFT adapters with transformers and PEFT, and prints what they compute, as JSON.

stdin: {"tokens": [...], "models": [folder, ...], "adapters": [{"base": folder, "adapter": folder}, ...],
        "tokenizer": folder, "text": "...", "messages": [...], "cache": folder, "hubId": "owner/name",
        "reward": {"base": folder, "merged": folder, "adapter": folder, "write": folder}}
reward: a merged reward model and an adapter with a scalar head to read; transformers and PEFT write theirs into write/model
and write/adapter.
"""
import json
import sys

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils import logging

logging.set_verbosity_error()
torch.set_num_threads(1)
asked = json.load(sys.stdin)
tokens = torch.tensor([asked["tokens"]])


def load(folder):
    model, report = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", output_loading_info=True)
    problems = {key: sorted(value) for key, value in report.items() if key != "error_msgs" and value}
    return model.eval(), problems


def last_logits(model):
    with torch.no_grad():
        return model(tokens).logits[0, -1].float().tolist()


result = {"models": [], "adapters": []}
for folder in asked["models"]:
    model, problems = load(folder)
    generated = model.generate(tokens, max_new_tokens=8, do_sample=False, pad_token_id=0)[0, tokens.shape[1] :]
    result["models"].append(
        {"dtype": str(model.dtype), "problems": problems, "logits": last_logits(model), "generated": generated.tolist()}
    )
for pair in asked["adapters"]:
    model = PeftModel.from_pretrained(load(pair["base"])[0], pair["adapter"]).eval()
    config = model.peft_config["default"]
    result["adapters"].append(
        {"logits": last_logits(model), "rank": config.r, "alpha": config.lora_alpha, "modules": len(model.targeted_module_names)}
    )


def score(model):
    with torch.no_grad():
        return model.eval()(tokens).logits[0].float().tolist()


def classifier(folder):
    torch.manual_seed(3)
    return AutoModelForSequenceClassification.from_pretrained(folder, num_labels=1, dtype=torch.float32)


reward = asked["reward"]
merged, report = AutoModelForSequenceClassification.from_pretrained(reward["merged"], output_loading_info=True)
written = classifier(reward["base"])
written.score.weight.data.normal_()
written.save_pretrained(reward["write"] + "/model")
scores = {"merged": score(merged), "missing": sorted(report["missing_keys"]), "model": score(written)}
scores["adapter"] = score(PeftModel.from_pretrained(classifier(reward["base"]), reward["adapter"]))
trained = get_peft_model(classifier(reward["base"]), LoraConfig(task_type="SEQ_CLS", r=3, target_modules=["q_proj", "up_proj"]))
for name, parameter in trained.named_parameters():
    if parameter.requires_grad:
        parameter.data.normal_(std=0.3)
trained.save_pretrained(reward["write"] + "/adapter")
scores["trained"] = score(trained)
result["reward"] = scores
# The cache that we filled, read without a network.
cached = AutoModelForCausalLM.from_pretrained(asked["hubId"], cache_dir=asked["cache"], local_files_only=True)
result["cached"] = last_logits(cached.eval())
tokenizer = AutoTokenizer.from_pretrained(asked["tokenizer"])
result["tokenizer"] = {
    "ids": tokenizer(asked["text"])["input_ids"],
    "chat": tokenizer.apply_chat_template(asked["messages"], tokenize=False, add_generation_prompt=True),
}
print(json.dumps(result))
