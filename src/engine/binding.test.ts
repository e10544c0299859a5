import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = "native/binding";
const binding = readdirSync(folder)
  .filter((name) => name.endsWith(".cpp") && !name.endsWith(".test.cpp"))
  .map((name) => readFileSync(`${folder}/${name}`, "utf8"))
  .join("\n");
const header = readFileSync("native/include/medgym.h", "utf8");
const addon = readFileSync("src/engine/addon.ts", "utf8");

/** Names of functions declared with MG_API. */
const declared = [...header.matchAll(/MG_API [\w *]+?\b(mg_\w+)\(/g)].map((match) => match[1]);
/** What the addon exports, from the tables at the end of each file. */
const exported = [...binding.matchAll(/\{"(\w+)", \w+\}/g)].map((match) => match[1]);

describe("the binding and medgym.h", () => {
  it("calls every function of the C ABI, and none that is not there", () => {
    expect(declared.length).toBeGreaterThan(30);
    const called = new Set([...binding.matchAll(/\b(mg_\w+)\(/g)].map((match) => match[1]));
    // Destroys are called by the handles.
    for (const [, name] of readFileSync(`${folder}/handles.h`, "utf8").matchAll(/\b(mg_\w+_destroy)\(/g))
      called.add(name);
    expect([...called].sort()).toEqual([...declared].sort());
  });

  it("states above each function the C signature as the header has it", () => {
    const flat = (text: string) => text.replace(/\/\/|\/\*.*?\*\//gs, " ").replace(/\s+/g, " ");
    const comments = flat([...binding.matchAll(/(?:^\/\/.*\n)+/gm)].map((match) => match[0]).join("\n"));
    for (const [, signature] of header.matchAll(/^MG_API ([^;]+);/gm)) expect(comments).toContain(flat(signature));
  });

  it("exports exactly what addon.ts declares", () => {
    const typed = [...addon.matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1]);
    expect(exported.length).toBe(new Set(exported).size);
    expect([...exported].sort()).toEqual([...typed].sort());
  });
});
