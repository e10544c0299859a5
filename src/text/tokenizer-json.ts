import type { IntList } from "./int-list.ts";

/** The parts of a tokenizer.json that are read here; the library reads the rest. */
export interface TokenizerJson {
  added_tokens: AddedTokenJson[];
  normalizer: ComponentJson | null;
  pre_tokenizer: ComponentJson | null;
  post_processor: ComponentJson | null;
  decoder: ComponentJson | null;
  model: ({ type?: string } & ComponentJson) | (BpeJson & ComponentJson) | (UnigramJson & ComponentJson);
}

export interface ComponentJson {
  type: string;
  [field: string]: unknown;
}

export interface AddedTokenJson {
  id: number;
  content: string;
  single_word?: boolean;
  lstrip?: boolean;
  rstrip?: boolean;
  normalized?: boolean;
  special?: boolean;
}

export interface BpeJson {
  type?: "BPE";
  vocab: Record<string, number>;
  merges: (string | [string, string])[];
  unk_token?: string | null;
  fuse_unk?: boolean;
  byte_fallback?: boolean;
  ignore_merges?: boolean;
  dropout?: number | null;
  continuing_subword_prefix?: string | null;
  end_of_word_suffix?: string | null;
}

export interface UnigramJson {
  type?: "Unigram";
  vocab: [token: string, score: number][];
  unk_id: number | null;
  byte_fallback?: boolean;
}

/** What turns one pre-token into ids. */
export interface TokenModel {
  /** Appends ids and, where asked, how many UTF-8 bytes of the pre-token each stands for. */
  encode(piece: string, ids: IntList, byteLengths?: IntList): void;
}
