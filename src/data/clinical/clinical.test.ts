import { describe, expect, it } from "vitest";
import { clinical } from "./clinical.ts";
import { egfr, patient, patientCount, patientId, patients, splitOf } from "./patient.ts";
import { asRecord, facts } from "./render.ts";
import {
  allergens,
  conditions,
  drugClasses,
  drugs,
  findDrug,
  findInteraction,
  interactionRules,
  isDrugOrClass,
  labTests,
} from "./tables.ts";
import { clinicalTask, solvedMessages, taskKinds } from "./tasks.ts";
import { executeTool, observation, toolDefinition, toolNames } from "./tools.ts";

describe("tables", () => {
  it("refer only to what exists", () => {
    const known = (name: string) => findDrug(name) !== undefined || drugClasses.some((group) => group === name);
    for (const { between } of interactionRules) expect(between.filter((name) => !known(name))).toEqual([]);
    for (const condition of conditions) expect(condition.drugs.filter((name) => !findDrug(name))).toEqual([]);
    expect(new Set(drugs.map(({ name }) => name)).size).toBe(drugs.length);
    expect(new Set(labTests.map(({ name }) => name)).size).toBe(labTests.length);
    for (const { icd10 } of conditions) expect(icd10).toMatch(/^[A-Z]\d\d(\.\d)?$/);
    // at least every drug-like allergen blocks a drug
    for (const allergen of allergens.slice(0, 12)) expect(drugs.some((d) => isDrugOrClass(d, allergen))).toBe(true);
  });

  it("renal rows fall from the highest eGFR to 0", () => {
    for (const { renal } of drugs) {
      if (!renal) continue;
      const thresholds = renal.map(({ from }) => from);
      expect(thresholds).toEqual([...thresholds].sort((a, b) => b - a));
      expect(thresholds.at(-1)).toBe(0);
    }
  });

  it("interactions hold in either order and by class", () => {
    const [warfarin, naproxen, metformin] = ["warfarin", "naproxen", "metformin"].map((name) => findDrug(name)!);
    expect(findInteraction(warfarin, naproxen)?.effect).toBe("bleeding");
    expect(findInteraction(naproxen, warfarin)?.effect).toBe("bleeding");
    expect(findInteraction(metformin, warfarin)).toBeUndefined();
  });
});

describe("patients", () => {
  it("are the same for the same id and seed, and others for another seed", () => {
    expect(patient("P12345", 3)).toEqual(patient("P12345", 3));
    expect(patient("P12345", 3)).not.toEqual(patient("P12345", 4));
  });

  it("have every id once", () => {
    const ids = new Set(Array.from({ length: patientCount }, (_, n) => patientId(5, n)));
    expect(ids.size).toBe(patientCount);
  });

  it("split 80/10/10 by id alone, so a test patient is one under every seed", () => {
    const counts = { train: 0, validation: 0, test: 0 };
    for (let n = 0; n < 10_000; n++) counts[splitOf(patientId(0, n))]++;
    // binomial: 3 standard deviations of 10 % of 10,000 are 90
    expect(Math.abs(counts.test - 1000)).toBeLessThan(90);
    expect(Math.abs(counts.validation - 1000)).toBeLessThan(90);
    const test = new Set(patients({ split: "test", count: 500, seed: 1 }).map(({ id }) => id));
    for (const seed of [1, 2, 3]) {
      for (const { id } of patients({ split: "train", count: 500, seed })) expect(test.has(id)).toBe(false);
    }
  });

  it("refuses more than exist, with both numbers", () => {
    expect(() => patients({ split: "test", count: 20_000, seed: 0 })).toThrow(/20000 patients .* [89]\d{3} distinct/);
  });

  it("are consistent: flags follow the ranges, no drug that the patient is allergic to", () => {
    for (const p of patients({ split: "train", count: 1_000, seed: 2 })) {
      for (const { value, range, flag } of p.labs) {
        expect(flag).toBe(value < range[0] ? "low" : value > range[1] ? "high" : "normal");
      }
      for (const { name } of p.medications) {
        expect(p.allergies.some(({ substance }) => isDrugOrClass(findDrug(name)!, substance))).toBe(false);
      }
      expect(p.vitals.diastolic).toBeLessThan(p.vitals.systolic);
    }
  });

  it("eGFR by CKD-EPI 2021, worked by hand", () => {
    // woman of 50, 80 µmol/L = 0.9048 mg/dL: 142 · 1.2925^-1.2 (0.7350) · 0.9938^50 (0.7327) · 1.012 = 77.4
    expect(egfr(80, 50, "female")).toBe(77);
    // man of 40, 70 µmol/L = 0.7917 mg/dL: 142 · 0.8796^-0.302 (1.0395) · 0.9938^40 (0.7798) = 115.1
    expect(egfr(70, 40, "male")).toBe(115);
  });
});

describe("records", () => {
  it("state every fact with the exact answer", () => {
    for (const p of patients({ split: "train", count: 200, seed: 4 })) {
      const text = asRecord(p);
      for (const { answer } of facts(p)) expect(text).toContain(answer);
    }
  });
});

describe("tools", () => {
  const person = patient("P12345", 0);
  const records = new Map([[person.id, person]]);

  it("answer from the record", () => {
    const { renal } = person;
    const call = { name: "get_renal_function", arguments: { patient_id: "P12345" } };
    expect(executeTool(call, records)).toEqual({ creatinine: renal.creatinine, egfr: renal.egfr });
  });

  it.each([
    [29, { advice: "avoid" }],
    [30, { advice: "give", dose: "500 mg", frequency: "twice daily" }],
    [44, { advice: "give", dose: "500 mg", frequency: "twice daily" }],
    [45, { advice: "give", dose: "1 g", frequency: "twice daily" }],
  ])("metformin at eGFR %d", (value, expected) => {
    const call = { name: "renal_dose", arguments: { drug: "metformin", egfr: value } };
    expect(executeTool(call, records)).toEqual(expected);
  });

  it("report the worst interaction", () => {
    const call = { name: "check_interaction", arguments: { drug: "ibuprofen", medications: ["ramipril", "warfarin"] } };
    expect(executeTool(call, records)).toEqual({ severity: "major", with: "warfarin", effect: "bleeding" });
  });

  it.each([
    [{ name: "get_money", arguments: {} }, "no tool get_money"],
    [{ name: "get_lab", arguments: { patient_id: "P12345" } }, "missing test"],
    [{ name: "get_lab", arguments: { patient_id: "P99999", test: "INR" } }, "no patient P99999"],
    [{ name: "renal_dose", arguments: { drug: "water", egfr: 50 } }, "no drug water"],
    [{ name: "renal_dose", arguments: { drug: "metformin", egfr: "50" } }, "egfr must be a number"],
    [
      { name: "check_interaction", arguments: { drug: "warfarin", medications: "aspirin" } },
      "medications must be a list",
    ],
    [{ name: "toString", arguments: {} }, "no tool toString"],
  ])("answer a wrong call with an error: %j", (call, error) => {
    expect(executeTool(call, records)).toEqual({ error });
  });

  it("describe every parameter as required", () => {
    for (const name of toolNames) {
      const { parameters } = toolDefinition(name).function;
      expect(parameters.required).toEqual(Object.keys(parameters.properties));
    }
  });

  it("observations are JSON with spaces", () => {
    expect(observation({ a: [1, "x"], b: { c: true } })).toBe('{"a": [1, "x"], "b": {"c": true}}');
  });
});

describe("clinical", () => {
  const options = { count: 200, seed: 9, kinds: taskKinds };
  const train = clinical({ ...options, split: "train" });
  const test = clinical({ ...options, split: "test" });

  it("gives the same bytes for the same options", () => {
    expect(JSON.stringify(clinical({ ...options, split: "test" }))).toBe(JSON.stringify(test));
  });

  it("gives as many distinct rows as asked", () => {
    expect(new Set(test.rows.map((row) => JSON.stringify(row.messages))).size).toBe(200);
    expect(new Set(test.rows.map(({ metadata }) => metadata.id)).size).toBe(200);
  });

  it("leaks no test patient, record or question into training", () => {
    const text = JSON.stringify(train.rows);
    for (const { metadata, messages } of test.rows) {
      expect(text).not.toContain(metadata.patientId);
      expect(text).not.toContain(JSON.stringify(messages.find(({ role }) => role === "user")));
    }
  });

  it("every tool message is what the tool returned, and offers the tools that are called", () => {
    for (const task of [...train.tasks, ...test.tasks]) {
      const messages = solvedMessages(task);
      const offered = task.tools.map((tool) => tool.function.name);
      expect(offered.length).toBeLessThanOrEqual(4);
      messages.forEach((message, i) => {
        if (message.role !== "assistant" || !message.tool_calls) return;
        const [{ function: call }] = message.tool_calls;
        expect(offered).toContain(call.name);
        expect(messages[i + 1]).toEqual({ role: "tool", content: task.execute(call) });
      });
      expect(messages.at(-1)).toEqual({ role: "assistant", content: task.answer });
    }
  });

  it("a tool task cannot be answered without its tools: the prompt does not hold what they return", () => {
    const person = patient("P12345", 0);
    const changed = { ...person, renal: { creatinine: 1, egfr: 12 } };
    const [a, b] = [person, changed].map((p) => clinicalTask("renal-dose", p, "train", 0));
    expect(b.prompt).toEqual(a.prompt);
    expect(b.answer).not.toBe(a.answer);
  });

  it("names a wrong option and lists the known", () => {
    expect(() => clinical({ cout: 3 } as never)).toThrow(/no option "cout".*Options: split, count, kinds, seed/);
    expect(() => clinical({ count: 0 })).toThrow(/count is 0/);
  });
});
