/** What config.json says of a model's sizes, without the engine: to check options and predict memory before anything is loaded. */
import { MedgymError } from "../core/errors.ts";
import type { Dtype, LinearInfo, ModelInfo } from "../engine/engine.ts";

/** Where families differ when config.json is silent; the same table as native/model/config.cpp. */
const families: Record<string, { type: string; qkvBias?: true; biasOptions?: true; qkNorm?: true; headDim?: number }> =
  {
    Qwen2: { type: "qwen2", qkvBias: true },
    Qwen3: { type: "qwen3", biasOptions: true, qkNorm: true, headDim: 128 },
    Llama: { type: "llama", biasOptions: true },
    Mistral: { type: "mistral" },
  };

/** Bytes of a weight: 4-bit codes with a scale for each 64 of them; embedding and head in 8 bits. */
const bytesOf: Record<Dtype, { linear: number; embedding: number }> = {
  f32: { linear: 4, embedding: 4 },
  bf16: { linear: 2, embedding: 2 },
  nf4: { linear: 0.5 + 1 / 64, embedding: 1 },
};

/** `where` begins every complaint. */
export function modelInfoOf(config: Readonly<Record<string, unknown>>, dtype: Dtype, where: string): ModelInfo {
  const count = (name: string, missing?: number): number => {
    const value = config[name] ?? missing;
    if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
    throw new MedgymError(
      "corrupt",
      `${where}: ${name} is ${JSON.stringify(value ?? null)}; a whole number is needed.`,
    );
  };
  const [architecture = ""] = (config.architectures ?? []) as string[];
  const family = Object.entries(families).find(([name, { type }]) =>
    architecture
      ? new RegExp(`^${name}For(CausalLM|SequenceClassification)$`).test(architecture)
      : type === config.model_type,
  );
  if (!family)
    throw new MedgymError("unsupported", `${where}: architecture "${architecture || config.model_type}" is not known.`);
  const [name, { type, qkvBias, biasOptions, qkNorm, headDim: usualHeadDim }] = family;
  const [hidden, layers, heads, intermediate, vocab] = [
    ...["hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "vocab_size"],
  ].map((each) => count(each));
  const kvHeads = count("num_key_value_heads", heads);
  const headDim = count("head_dim", usualHeadDim ?? hidden / heads);
  const scalarHead = architecture.endsWith("ForSequenceClassification");
  const tied = config.tie_word_embeddings === true;
  const [q, kv] = [heads * headDim, kvHeads * headDim];
  const shapes: [string, number, number][] = [
    ["self_attn.q_proj", hidden, q],
    ["self_attn.k_proj", hidden, kv],
    ["self_attn.v_proj", hidden, kv],
    ["self_attn.o_proj", q, hidden],
    ["mlp.gate_proj", hidden, intermediate],
    ["mlp.up_proj", hidden, intermediate],
    ["mlp.down_proj", intermediate, hidden],
  ];
  const linears: LinearInfo[] = Array.from({ length: layers }, (_, layer) =>
    shapes.map(([part, into, out]) => ({ name: `model.layers.${layer}.${part}`, in: into, out })),
  ).flat();
  const hasBias = biasOptions && config.attention_bias === true;
  const biases =
    (qkvBias || hasBias ? q + 2 * kv : 0) +
    (hasBias ? hidden : 0) +
    (biasOptions && config.mlp_bias === true ? 2 * intermediate + hidden : 0);
  const vectors = hidden + layers * (2 * hidden + biases + (qkNorm ? 2 * headDim : 0)) + (scalarHead ? hidden : 0);
  const matrices = linears.reduce((sum, linear) => sum + linear.in * linear.out, 0);
  const embeddings = vocab * hidden * (tied || scalarHead ? 1 : 2);
  const { linear, embedding } = bytesOf[dtype];
  return {
    architecture: `${name}For${scalarHead ? "SequenceClassification" : "CausalLM"}`,
    modelType: type,
    dtype,
    parameters: matrices + embeddings + vectors,
    vocabSize: vocab,
    hiddenSize: hidden,
    intermediateSize: intermediate,
    layers,
    heads,
    kvHeads,
    headDim,
    maxPositions: count("max_position_embeddings", 32768),
    tiedEmbeddings: tied,
    slidingWindow: null,
    scalarHead,
    languageHead: !scalarHead || tied,
    linears,
    weightBytes: Math.round(matrices * linear + embeddings * embedding + vectors * 4),
  };
}
