"""The peer of the tokenizer bench: Hugging Face tokenizers. Arguments: directory texts.json seconds [threads].

With threads, texts are encoded as one batch, which the library divides among so many (RAYON_NUM_THREADS, set by the bench).
"""
import json
import re
import sys
import time

from tokenizers import Tokenizer

directory, file, seconds = sys.argv[1:4]
threads = len(sys.argv) > 4
texts = json.load(open(file))
megabytes = sum(len(text.encode()) for text in texts) / 1e6
tokenizer = Tokenizer.from_file(directory + "/tokenizer.json")


def one_pass():
    start = time.perf_counter()
    if threads:
        for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
            encoding.ids
    else:
        for text in texts:
            tokenizer.encode(text, add_special_tokens=False).ids
    return time.perf_counter() - start


first = one_pass()
checksum = tokens = 0
for text in texts:
    for token in tokenizer.encode(text, add_special_tokens=False).ids:
        checksum = (checksum * 31 + token) % 2147483647
        tokens += 1
times = []
while sum(times) < float(seconds):
    times.append(one_pass())
mean = sum(times) / len(times)
peak = int(re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read()).group(1)) * 1024
print(json.dumps({
    "tokensPerSecond": tokens / mean,
    "megabytesPerSecond": megabytes / mean,
    "firstMegabytesPerSecond": megabytes / first,
    "peakBytes": peak,
    "checksum": checksum,
}))
