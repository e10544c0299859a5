/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909; bytes as in GPT-2), trained on a sample and
 * written as the tokenizer.json that Hugging Face's tokenizers read. Ties are broken by the older pair: same text, same file.
 */

/** Words with their leading space, digits one by one, runs of signs with their leading space, white space. */
export const splitPattern = " ?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+|[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** Markup that models of the Qwen family know. The first three are special (left out of decoded text when asked). */
export const specialTokens = [
  "<|endoftext|>",
  "<|im_start|>",
  "<|im_end|>",
  "<tool_call>",
  "</tool_call>",
  "<tool_response>",
  "</tool_response>",
  "<think>",
  "</think>",
  "<answer>",
  "</answer>",
] as const;
const specialCount = 3;

/** GPT-2's printable stand-ins: bytes that are printable in Latin-1 stand for themselves, the others follow U+0100. */
function byteAlphabet(): string[] {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, b) => String.fromCharCode(printable(b) ? b : next++));
}

/** Merges in the order learnt; `texts` must not hold special tokens. */
export function trainMerges(
  texts: Iterable<string>,
  vocabSize: number,
): { vocab: string[]; merges: [string, string][] } {
  const vocab = byteAlphabet();
  const words = countWords(texts).map(([word, count]) => ({
    ids: [...new TextEncoder().encode(word)],
    count,
  }));
  const merges: [string, string][] = [];
  while (vocab.length < vocabSize - specialTokens.length) {
    const pair = mostFrequentPair(words);
    if (pair === undefined) throw new Error(`bpe: the sample supports only ${vocab.length} tokens; give more text`);
    const [a, b] = pair;
    merges.push([vocab[a], vocab[b]]);
    vocab.push(vocab[a] + vocab[b]);
    for (const word of words) merge(word.ids, a, b, vocab.length - 1);
  }
  return { vocab, merges };
}

/** Distinct pieces of text with their counts, in order of text: the order decides nothing, but is the same each time. */
function countWords(texts: Iterable<string>): [string, number][] {
  const counts = new Map<string, number>();
  const pattern = new RegExp(splitPattern, "gu");
  for (const text of texts) {
    for (const [word] of text.normalize("NFC").matchAll(pattern)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function mostFrequentPair(words: readonly { ids: number[]; count: number }[]): [number, number] | undefined {
  const counts = new Map<number, number>();
  for (const { ids, count } of words) {
    for (let i = 1; i < ids.length; i++) {
      const key = ids[i - 1] * 65_536 + ids[i];
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  let best = -1;
  let bestCount = 1; // a pair that occurs once compresses nothing
  for (const [key, count] of counts) {
    if (count > bestCount || (count === bestCount && key < best)) [best, bestCount] = [key, count];
  }
  return best < 0 ? undefined : [Math.floor(best / 65_536), best % 65_536];
}

/** Replaces every a b by c, in place. */
function merge(ids: number[], a: number, b: number, c: number): void {
  let out = 0;
  for (let i = 0; i < ids.length; i++) {
    const found = ids[i] === a && i + 1 < ids.length && ids[i + 1] === b;
    ids[out++] = found ? c : ids[i];
    if (found) i++;
  }
  ids.length = out;
}

/** The files of a Hugging Face tokenizer directory, by name. */
export function tokenizerFiles(
  vocab: readonly string[],
  merges: readonly [string, string][],
  chatTemplate: string,
  contextLength: number,
) {
  const addedTokens = specialTokens.map((content, i) => ({
    id: vocab.length + i,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: i < specialCount,
  }));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false };
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens,
    normalizer: { type: "NFC" },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: splitPattern }, behavior: "Isolated", invert: false },
        byteLevel,
      ],
    },
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocab.map((token, i) => [token, i])),
      merges,
    },
  };
  const config = {
    added_tokens_decoder: Object.fromEntries(addedTokens.map(({ id, ...token }) => [id, token])),
    bos_token: null,
    clean_up_tokenization_spaces: false,
    eos_token: "<|im_end|>",
    model_max_length: contextLength,
    pad_token: "<|endoftext|>",
    tokenizer_class: "Qwen2Tokenizer",
    unk_token: null,
  };
  return {
    "tokenizer.json": `${JSON.stringify(tokenizer, null, 1)}\n`,
    "tokenizer_config.json": `${JSON.stringify(config, null, 2)}\n`,
    "chat_template.jinja": chatTemplate,
  };
}
