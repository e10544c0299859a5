import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { readSafetensorsHeader } from "../src/engine/safetensors.ts";

/**
 * Writes a Qwen2 folder's f32 weights as a GGUF file, version 3, for the llama.cpp peer, which makes its other types of
 * it: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. No vocabulary goes in: the benches speak in token ids.
 */
export function writeGguf(directory: string, config: Record<string, unknown>, file: string): void {
  const source = join(directory, "model.safetensors");
  const { tensors, dataStart } = readSafetensorsHeader(source);
  const number = (key: string) => config[key] as number;
  const metadata: [string, string | number, "string" | "u32" | "f32"][] = [
    ["general.architecture", "qwen2", "string"],
    ["general.alignment", alignment, "u32"],
    ["qwen2.block_count", number("num_hidden_layers"), "u32"],
    ["qwen2.context_length", number("max_position_embeddings"), "u32"],
    ["qwen2.embedding_length", number("hidden_size"), "u32"],
    ["qwen2.feed_forward_length", number("intermediate_size"), "u32"],
    ["qwen2.attention.head_count", number("num_attention_heads"), "u32"],
    ["qwen2.attention.head_count_kv", number("num_key_value_heads"), "u32"],
    ["qwen2.attention.layer_norm_rms_epsilon", number("rms_norm_eps"), "f32"],
    ["qwen2.rope.freq_base", number("rope_theta"), "f32"],
    ["qwen2.vocab_size", number("vocab_size"), "u32"],
    ["tokenizer.ggml.model", "no_vocab", "string"],
  ];
  const stored = [...tensors].map(([name, { dtype, shape, offsets }]) => {
    if (dtype !== "F32") throw new Error(`${source}: ${name} is ${dtype}; GGUF files are made from f32 weights`);
    return { name: ggufName(name), shape, begin: dataStart + offsets[0], bytes: offsets[1] - offsets[0] };
  });

  const out = openSync(file, "w");
  const input = openSync(source, "r");
  try {
    const header = [Buffer.from("GGUF"), u32(3), u64(stored.length), u64(metadata.length)];
    for (const [key, value, type] of metadata) {
      header.push(text(key), u32(typeCodes[type]));
      header.push(
        type === "string" ? text(value as string) : type === "u32" ? u32(value as number) : f32(value as number),
      );
    }
    let offset = 0;
    for (const { name, shape, bytes } of stored) {
      // Dimensions innermost first; tensor type 0 is f32.
      header.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(0), u64(offset));
      offset = padded(offset + bytes);
    }
    let position = 0;
    const write = (chunk: Uint8Array) => {
      for (let done = 0; done < chunk.length; ) done += writeSync(out, chunk, done);
      position += chunk.length;
    };
    const pad = () => write(Buffer.alloc(padded(position) - position));
    write(Buffer.concat(header));
    pad();
    const chunk = Buffer.alloc(1 << 24);
    for (const { begin, bytes } of stored) {
      for (let done = 0; done < bytes; ) {
        const read = readSync(input, chunk, 0, Math.min(chunk.length, bytes - done), begin + done);
        if (read === 0) throw new Error(`${source} ends early`);
        write(chunk.subarray(0, read));
        done += read;
      }
      pad();
    }
  } finally {
    closeSync(input);
    closeSync(out);
  }
}

const alignment = 32;
const padded = (bytes: number) => Math.ceil(bytes / alignment) * alignment;

/** Codes of GGUF's metadata value types. */
const typeCodes = { u32: 4, f32: 6, string: 8 };

const names: Record<string, string> = {
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
  input_layernorm: "attn_norm",
  post_attention_layernorm: "ffn_norm",
};

/** llama.cpp's name of a Hugging Face Qwen2 tensor. */
export function ggufName(name: string): string {
  const whole: Record<string, string> = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
  };
  const [, layer, part, kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  const found = whole[name] ?? (names[part] && `blk.${layer}.${names[part]}.${kind}`);
  if (!found) throw new Error(`GGUF has no name for the tensor ${name}`);
  return found;
}

function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(value);
  return out;
}

function u64(value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(BigInt(value));
  return out;
}

function f32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeFloatLE(value);
  return out;
}

const text = (value: string) => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
