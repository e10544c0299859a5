import * as library from "@huggingface/tokenizers";
import type { TokenizerJson } from "./tokenizer-json.ts";

// The library's declarations import each other without file extensions, which NodeNext resolution does not follow:
// what is used of them is declared here.

interface Decoder {
  config: unknown;
  decode(tokens: string[]): string;
  decode_chain(tokens: string[]): string[];
}

interface LibraryTokenizer {
  encode(text: string, options?: { add_special_tokens?: boolean }): { ids: number[]; tokens: string[] };
}

export const { ByteFallbackDecoder, MetaspaceDecoder, SequenceDecoder, SplitPreTokenizer, Tokenizer } =
  library as unknown as {
    ByteFallbackDecoder: new (config: unknown) => Decoder & { text_decoder: unknown };
    MetaspaceDecoder: new (config: unknown) => Decoder & { replacement: string };
    SequenceDecoder: new (config: unknown) => Decoder & { decoders: Decoder[] };
    SplitPreTokenizer: new (config: unknown) => { pattern: RegExp | null };
    Tokenizer: new (json: TokenizerJson, config: object) => LibraryTokenizer;
  };
