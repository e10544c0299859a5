"""What the peers in Python share: the protocol of bench/sides/serve.ts and the tokens of bench/tokens.ts."""
import json
import sys
import time


def peak_bytes():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024


def serve(ready, measure):
    """One line of JSON that says what was loaded, then one per request line; measure(request) returns the figure."""
    print(json.dumps(ready), flush=True)
    for line in sys.stdin:
        print(json.dumps({"value": measure(json.loads(line)), "peakBytes": peak_bytes()}), flush=True)


def rate(work, seconds):
    """Times a second that work ran, over at least `seconds` and one run."""
    start, times = time.perf_counter(), 0
    while times < 1 or time.perf_counter() - start < seconds:
        work()
        times += 1
    return times / (time.perf_counter() - start)


def token_batch(sequences, length, vocab):
    state, out = 12345, []
    for _ in range(sequences * length):
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        out.append((state >> 33) % vocab)
    return [out[s * length : (s + 1) * length] for s in range(sequences)]
