import { describe, expect, it } from "vitest";
import type { LinearInfo } from "../engine/engine.ts";
import { adapterModules, chooseTargets, type LoraConfig, loraConfig, loraSchema } from "./lora.ts";

const parts = ["self_attn.q_proj", "self_attn.o_proj", "mlp.up_proj", "mlp.down_proj"];
const linears: LinearInfo[] = [
  ...[0, 1, 2].flatMap((layer) => parts.map((part) => ({ name: `model.layers.${layer}.${part}`, in: 8, out: 8 }))),
  { name: "lm_head", in: 8, out: 20 },
];
const options = (given: object) => loraSchema.parse(given);
const base: LoraConfig = {
  ...{ rank: 4, alpha: 8, dropout: 0, useRslora: false, targetModules: ["q_proj"], excludeModules: null },
  ...{ layersToTransform: null, layersPattern: null, rankPattern: {}, alphaPattern: {}, scalarHead: false },
};
const names = (config: Partial<LoraConfig>) =>
  adapterModules({ ...base, ...config }, linears).map(({ name }) => name.replace("model.layers.", ""));

describe("targets", () => {
  it("by group, last part, full name and pattern", () => {
    expect(chooseTargets("all-linear", linears)).toHaveLength(12); // the output layer is left out, as PEFT does
    expect(chooseTargets("attention", linears)).toHaveLength(6);
    expect(chooseTargets(["q_proj", "model.layers.1.mlp.up_proj"], linears)).toHaveLength(4);
    expect(chooseTargets(/layers\.[01]\.mlp/g, linears)).toHaveLength(4);
  });

  it("that do not exist are refused with the nearest name", () => {
    expect(() => chooseTargets(["qproj"], linears)).toThrow(
      /"qproj" \(did you mean "q_proj"\?\).*q_proj, o_proj, up_proj, down_proj/,
    );
    expect(() => chooseTargets(/experts/, linears)).toThrow(/no linear layer matches \/experts\//);
    // "proj" is not a last part: PEFT matches after a dot only.
    expect(() => chooseTargets(["proj"], linears)).toThrow(/"proj"/);
  });

  it("are written as last parts where those mean the same, else in full", () => {
    expect(loraConfig(options({ targets: "attention" }), linears).targetModules).toEqual(["o_proj", "q_proj"]);
    expect(loraConfig(options({ targets: /layers\.1\.mlp\.up/ }), linears).targetModules).toEqual([
      "model.layers.1.mlp.up_proj",
    ]);
  });
});

describe("scale", () => {
  it("is alpha/rank, alpha/sqrt(rank) for rsLoRA, and alpha defaults to twice the rank", () => {
    const scale = (given: object) => adapterModules(loraConfig(options(given), linears), linears)[0].scale;
    expect(scale({ rank: 4, alpha: 8 })).toBe(2);
    expect(scale({ rank: 4, alpha: 8, useRslora: true })).toBe(4);
    expect(scale({ rank: 32 })).toBe(2);
  });
});

describe("modules of a PEFT config, by PEFT's rules", () => {
  it("a pattern must match the whole name", () => {
    expect(names({ targetModules: "mlp\\.up_proj" })).toEqual([]);
    expect(names({ targetModules: ".*mlp\\.up_proj" })).toEqual(["0.mlp.up_proj", "1.mlp.up_proj", "2.mlp.up_proj"]);
    expect(names({ targetModules: "(?P<before>.*)\\.1\\..*o_proj" })).toEqual(["1.self_attn.o_proj"]);
    expect(names({ targetModules: "all-linear" })).toHaveLength(12);
  });

  it("exclude_modules and layers_to_transform", () => {
    expect(names({ targetModules: ["q_proj", "up_proj"], excludeModules: ["up_proj"] })).toHaveLength(3);
    expect(names({ excludeModules: ".*layers\\.[01]\\..*" })).toEqual(["2.self_attn.q_proj"]);
    expect(names({ layersToTransform: [0, 2] })).toEqual(["0.self_attn.q_proj", "2.self_attn.q_proj"]);
    expect(names({ layersToTransform: [1], layersPattern: ["layers"] })).toEqual(["1.self_attn.q_proj"]);
    expect(names({ layersToTransform: [1], layersPattern: ["blocks"] })).toEqual([]);
  });

  it("rank_pattern and alpha_pattern match the end of the name, the first key that fits", () => {
    const modules = adapterModules(
      {
        ...base,
        targetModules: ["q_proj", "up_proj"],
        rankPattern: { q_proj: 8, "layers.1.self_attn.q_proj": 2 },
        alphaPattern: { "1.mlp.up_proj": 4 },
      },
      linears,
    );
    const of = (name: string) => modules.find((module) => module.name.endsWith(name))!;
    expect(of("0.self_attn.q_proj")).toMatchObject({ rank: 8, scale: 1 });
    expect(of("1.self_attn.q_proj").rank).toBe(8); // as PEFT: the first key in the file's order
    expect(of("0.mlp.up_proj")).toMatchObject({ rank: 4, scale: 2 });
    expect(of("1.mlp.up_proj").scale).toBe(1);
  });
});
