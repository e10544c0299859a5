import { bytesOfToken } from "./byte-level.ts";
import { ByteFallbackDecoder, MetaspaceDecoder, SequenceDecoder } from "./library.ts";
import type { StreamDecoder } from "./tokenizer.ts";
import type { ComponentJson } from "./tokenizer-json.ts";

/** From tokens to text. */
export interface TokenDecoder {
  decode(tokens: readonly string[]): string;
  stream(): TokenStream;
}

interface TokenStream {
  push(token: string): string;
  end(): string;
}

// The byte order mark is text like any other here (TextDecoder drops it unless told not to).
const utf8 = () => new TextDecoder("utf-8", { ignoreBOM: true });

/** Byte-level tokens: bytes joined, decoded as UTF-8, each maximal broken part as one U+FFFD. */
export class ByteLevelDecoder implements TokenDecoder {
  readonly #bytes = new Map<string, Uint8Array>();

  decode(tokens: readonly string[]): string {
    return utf8().decode(Buffer.concat(tokens.map((token) => this.#bytesOf(token))));
  }

  stream(): TokenStream {
    const decoder = utf8();
    return {
      push: (token) => decoder.decode(this.#bytesOf(token), { stream: true }),
      end: () => decoder.decode(),
    };
  }

  #bytesOf(token: string): Uint8Array {
    let bytes = this.#bytes.get(token);
    if (!bytes) {
      bytes = bytesOfToken(token);
      this.#bytes.set(token, bytes);
    }
    return bytes;
  }
}

/** Any other decoder of a tokenizer.json, by the library. */
export class LibraryDecoder implements TokenDecoder {
  readonly #decoder: InstanceType<typeof SequenceDecoder> | null;

  constructor(json: ComponentJson | null) {
    this.#decoder = json && new SequenceDecoder({ type: "Sequence", decoders: [json] });
    if (this.#decoder) mend(this.#decoder);
  }

  decode(tokens: readonly string[]): string {
    if (tokens.length === 0) return "";
    return this.#decoder ? this.#decoder.decode([...tokens]) : tokens.join(" ");
  }

  stream(): TokenStream {
    // Text of a token depends on the one before (leading spaces, clean-up) and, for <0xHH>, on the run that it is in.
    let before: string[] = [];
    let pending: string[] = [];
    const flush = () => {
      const text = this.decode([...before, ...pending]).slice(this.decode(before).length);
      before = pending.slice(-1);
      pending = [];
      return text;
    };
    return {
      push: (token) => {
        const bytes = isByteToken(token);
        // A run of bytes is certain only once it is over: one broken byte makes the whole run unreadable.
        const text = !bytes && pending.length > 0 ? flush() : "";
        pending.push(token);
        return bytes ? text : text + flush();
      },
      end: () => (pending.length > 0 ? flush() : ""),
    };
  }
}

function isByteToken(token: string): boolean {
  return /^<0x[0-9A-Fa-f]{2}>$/.test(token);
}

/**
 * `ByteFallbackDecoder` of @huggingface/tokenizers 0.2 differs from the Rust library in two ways: it drops a byte order
 * mark, and it decodes what it can of a run of bytes that is not UTF-8, where Rust gives one U+FFFD for every byte.
 */
class MendedByteFallback extends ByteFallbackDecoder {
  override decode_chain(tokens: string[]): string[] {
    const result: string[] = [];
    let run: number[] = [];
    const endRun = () => {
      if (run.length > 0) result.push(...textOfRun(Uint8Array.from(run)));
      run = [];
    };
    for (const token of tokens) {
      if (isByteToken(token)) run.push(Number.parseInt(token.slice(3, 5), 16));
      else {
        endRun();
        result.push(token);
      }
    }
    endRun();
    return result;
  }
}

/** `MetaspaceDecoder` drops a leading space that was text (the byte <0x20>); Rust drops only the marks of a first token. */
class MendedMetaspace extends MetaspaceDecoder {
  override decode_chain(tokens: string[]): string[] {
    const { replacement = "▁", prepend_scheme } = this.config as { replacement?: string; prepend_scheme?: string };
    const first = prepend_scheme === "never" ? " " : "";
    return tokens.map((token, i) => token.replaceAll(replacement, i === 0 ? first : " "));
  }
}

function textOfRun(bytes: Uint8Array): string[] {
  try {
    return [new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)];
  } catch {
    return Array.from(bytes, () => "\ufffd");
  }
}

function mend(sequence: InstanceType<typeof SequenceDecoder>): void {
  sequence.decoders.forEach((decoder, i) => {
    if (decoder instanceof ByteFallbackDecoder) sequence.decoders[i] = new MendedByteFallback(decoder.config);
    else if (decoder instanceof MetaspaceDecoder) sequence.decoders[i] = new MendedMetaspace(decoder.config);
    else if (decoder instanceof SequenceDecoder) mend(decoder);
  });
}

/** Streams ids; `tokenOf` gives undefined for ids to leave out. */
export function streamIds(decoder: TokenDecoder, tokenOf: (id: number) => string | undefined): StreamDecoder {
  const stream = decoder.stream();
  return {
    push: (id) => {
      const token = tokenOf(id);
      return token === undefined ? "" : stream.push(token);
    },
    end: () => stream.end(),
  };
}
