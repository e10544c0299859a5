import { ChatTokenizer } from "./chat-tokenizer.ts";
import { ByteLevelDecoder, LibraryDecoder, streamIds, type TokenDecoder } from "./decode.ts";
import { type HubFiles, readHubFiles } from "./hub-files.ts";
import { type Pipeline, pipelineOf } from "./pipeline.ts";
import type { DecodeOptions, EncodeOptions, Encoding, StreamDecoder } from "./tokenizer.ts";
import type { ComponentJson } from "./tokenizer-json.ts";

export async function loadHubTokenizer(directory: string): Promise<HubTokenizer> {
  return new HubTokenizer(await readHubFiles(directory));
}

/** A tokenizer from the hub's files. */
export class HubTokenizer extends ChatTokenizer {
  readonly vocabSize: number;
  readonly bosTokenId: number | null;
  readonly eosTokenIds: readonly number[];
  readonly padTokenId: number | null;
  readonly #pipeline: Pipeline;
  readonly #decoder: TokenDecoder;
  readonly #tokens: (string | undefined)[] = [];
  /** As parsed: a Map of 150,000 tokens would take longer to make than a tokenizer is looked up in. */
  readonly #vocab: Record<string, number>;
  readonly #added = new Map<string, number>();
  readonly #special = new Set<number>();
  readonly #before: Int32Array;
  readonly #after: Int32Array;

  constructor(files: HubFiles) {
    const { tokenizer, namedTokens } = files;
    super(files.chatTemplates, Object.fromEntries(namedTokens));
    const { vocab = {} } = tokenizer.model as { vocab?: Record<string, number> | [string, number][] };
    this.#vocab = Array.isArray(vocab) ? Object.fromEntries(vocab.map(([token], id) => [token, id])) : vocab;
    for (const token in this.#vocab) this.#tokens[this.#vocab[token]] = token;
    for (const { content, id, special } of tokenizer.added_tokens) {
      this.#tokens[id] = content;
      this.#added.set(content, id);
      if (special) this.#special.add(id);
    }
    this.vocabSize = this.#tokens.length;
    this.#pipeline = pipelineOf(tokenizer);
    this.#decoder = isByteLevel(tokenizer.decoder) ? new ByteLevelDecoder() : new LibraryDecoder(tokenizer.decoder);
    const named = (name: string) => this.idOf(namedTokens.get(name) ?? "") ?? null;
    const eos = named("eos_token");
    this.bosTokenId = named("bos_token") ?? files.bosTokenId;
    this.eosTokenIds = [...new Set([...(eos === null ? [] : [eos]), ...files.eosTokenIds])];
    this.padTokenId = named("pad_token") ?? files.padTokenId;
    const { before, after } = specialsAround(tokenizer.post_processor);
    this.#before = Int32Array.from(before);
    this.#after = Int32Array.from(after);
  }

  encode(text: string, { addSpecialTokens = false }: EncodeOptions = {}): Int32Array {
    const ids = this.#pipeline.encode(text);
    return addSpecialTokens ? concat(this.#before, ids, this.#after) : ids;
  }

  encodeWithOffsets(text: string, { addSpecialTokens = false }: EncodeOptions = {}): Encoding {
    const { ids, starts, ends } = this.#pipeline.encodeWithOffsets(text);
    if (!addSpecialTokens) return { ids, starts, ends };
    // What is added stands for no text: empty spans at the ends.
    const [first, last] = [this.#before.map(() => 0), this.#after.map(() => text.length)];
    return {
      ids: concat(this.#before, ids, this.#after),
      starts: concat(first, starts, last),
      ends: concat(first, ends, last),
    };
  }

  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    const tokens: string[] = [];
    for (let i = 0; i < ids.length; i++) {
      const token = this.#kept(ids[i], options);
      if (token !== undefined) tokens.push(token);
    }
    return this.#decoder.decode(tokens);
  }

  streamDecoder(options: DecodeOptions = {}): StreamDecoder {
    return streamIds(this.#decoder, (id) => this.#kept(id, options));
  }

  idOf(token: string): number | undefined {
    return this.#added.get(token) ?? (Object.hasOwn(this.#vocab, token) ? this.#vocab[token] : undefined);
  }

  tokenOf(id: number): string | undefined {
    return this.#tokens[id];
  }

  /** Undefined for special tokens to skip and for ids beyond the vocabulary (rows that pad a model's embedding). */
  #kept(id: number, { skipSpecialTokens = false }: DecodeOptions): string | undefined {
    return skipSpecialTokens && this.#special.has(id) ? undefined : this.#tokens[id];
  }
}

/** Not by spreading: a call takes only some 100,000 arguments. */
function concat(...parts: Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function isByteLevel(decoder: ComponentJson | null): boolean {
  return decoder?.type === "ByteLevel";
}

interface TemplatePart {
  SpecialToken?: { id: string };
  Sequence?: { id: string };
}

/** Ids that a post-processor puts before and after one text. */
function specialsAround(json: ComponentJson | null): { before: number[]; after: number[] } {
  switch (json?.type) {
    case "Sequence": {
      const parts = (json.processors as ComponentJson[]).map(specialsAround);
      // A later processor wraps what the earlier ones made.
      return { before: parts.toReversed().flatMap((p) => p.before), after: parts.flatMap((p) => p.after) };
    }
    case "TemplateProcessing": {
      const parts = json.single as TemplatePart[];
      const tokens = json.special_tokens as Record<string, { ids: number[] }>;
      const text = parts.findIndex((part) => part.Sequence);
      const idsOf = (some: TemplatePart[]) => some.flatMap(({ SpecialToken }) => tokens[SpecialToken!.id].ids);
      return { before: idsOf(parts.slice(0, text)), after: idsOf(parts.slice(text + 1)) };
    }
    case "BertProcessing":
    case "RobertaProcessing":
      return { before: [(json.cls as [string, number])[1]], after: [(json.sep as [string, number])[1]] };
    default:
      return { before: [], after: [] };
  }
}
