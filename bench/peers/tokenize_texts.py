"""The peer of the tokenizer bench: Hugging Face tokenizers. Arguments: directory texts.json [threads].

With threads, texts are encoded as one batch, which the library divides among so many (RAYON_NUM_THREADS, set by the bench).
"""
import json
import sys
import time

from serving import rate, serve
from tokenizers import Tokenizer

directory, file = sys.argv[1:3]
threads = len(sys.argv) > 3
texts = json.load(open(file))
megabytes = sum(len(text.encode()) for text in texts) / 1e6
tokenizer = Tokenizer.from_file(directory + "/tokenizer.json")


def one_pass():
    if threads:
        for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
            encoding.ids
    else:
        for text in texts:
            tokenizer.encode(text, add_special_tokens=False).ids


start = time.perf_counter()
one_pass()
first = time.perf_counter() - start
checksum = 0
for text in texts:
    for token in tokenizer.encode(text, add_special_tokens=False).ids:
        checksum = (checksum * 31 + token) % 2147483647

ready = {"checksum": checksum, "firstMegabytesPerSecond": megabytes / first}
serve(ready, lambda request: megabytes * rate(one_pass, request["seconds"]))
