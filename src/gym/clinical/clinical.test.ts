import { describe, expect, test } from "vitest";
import { interactionRules } from "../../data/clinical/tables.ts";
import {
  allergyConflict,
  childPugh,
  conditions,
  crossReactions,
  dailyMg,
  differential,
  dosageVerdict,
  doseMg,
  drugNamed,
  drugs,
  drugsOf,
  egfr,
  findInteraction,
  findLabTest,
  generatePatient,
  hepaticAdvice,
  interactions,
  keysOf,
  labFlag,
  labTests,
  latestLab,
  objections,
  patientId,
  presentations,
  rank,
  renalAdvice,
  severityScore,
  unfit,
} from "./index.ts";

describe("tables", () => {
  test("big enough, names once, every drug whole", () => {
    expect(drugs.length).toBeGreaterThanOrEqual(110);
    expect(interactions.length).toBeGreaterThanOrEqual(150);
    expect(new Set(drugs.map(({ name }) => name)).size).toBe(drugs.length);
    expect(new Set(labTests.map(({ name }) => name)).size).toBe(labTests.length);
    expect(new Set(conditions.map(({ name }) => name)).size).toBe(conditions.length);
    for (const drug of drugs) {
      expect(drug.mechanism, drug.name).toBeTruthy();
      expect(drug.indications.length, drug.name).toBeGreaterThan(0);
      expect(drug.hepatic, drug.name).toHaveLength(3);
      if (drug.halfLifeHours) expect(drug.halfLifeHours[0], drug.name).toBeLessThanOrEqual(drug.halfLifeHours[1]);
      // thresholds fall to 0
      const from = (drug.renal ?? [{ from: 0 }]).map((row) => row.from);
      expect(from.at(-1), drug.name).toBe(0);
      expect(
        [...from].sort((a, b) => b - a),
        drug.name,
      ).toEqual(from);
    }
  });
  test("no usual regimen is above the maximum of the day", () => {
    for (const drug of drugs) {
      for (const regimen of drug.regimens) {
        const mg = dailyMg(regimen);
        if (mg !== undefined && drug.maxDailyMg) expect(mg, drug.name).toBeLessThanOrEqual(drug.maxDailyMg);
      }
    }
  });
  test("rules, crossings and conditions name what exists; no pair twice", () => {
    const keys = new Set(drugs.flatMap(keysOf));
    for (const { between } of interactions) for (const key of between) expect(keys, between.join(" + ")).toContain(key);
    const pairs = interactions.map(({ between }) => [...between].sort().join("|"));
    expect(pairs.filter((pair, i) => pairs.indexOf(pair) !== i)).toEqual([]);
    for (const row of crossReactions) expect(keys).toContain(row.with);
    for (const condition of conditions) {
      for (const name of condition.drugs) drugNamed(name);
      for (const name of Object.keys(condition.labs ?? {})) expect(findLabTest(name), name).toBeDefined();
    }
  });
  test("never milder than the table that the embedded model was trained on", () => {
    for (const rule of interactionRules) {
      const ours = interactions.find(({ between }) => between.join() === rule.between.join())!;
      expect(rank(ours.severity)).toBeGreaterThanOrEqual(rank(rule.severity));
    }
  });
});

describe("look-ups", () => {
  const between = (a: string, b: string) => findInteraction(drugNamed(a), drugNamed(b));
  test("interactions: by name before class, either order, the most severe among equals", () => {
    expect(between("warfarin", "ibuprofen")).toMatchObject({ severity: "major", effect: "bleeding" });
    expect(between("ibuprofen", "warfarin")).toBe(between("warfarin", "ibuprofen"));
    expect(between("simvastatin", "clarithromycin")).toMatchObject({ severity: "contraindicated" });
    expect(between("sertraline", "phenelzine")).toMatchObject({ severity: "contraindicated" });
    // serotonergic + serotonergic (moderate), SSRI + tramadol (major): the one that names tramadol
    expect(between("sertraline", "tramadol")).toMatchObject({ severity: "major", effect: "serotonin syndrome" });
    // sedating + sedating (moderate), opioid + benzodiazepine (major): the more severe
    expect(between("morphine", "lorazepam")).toMatchObject({ severity: "major" });
    expect(between("enoxaparin", "rifampicin")).toMatchObject({ severity: "minor" });
    expect(between("amoxicillin", "paracetamol")).toBeUndefined();
    expect(between("warfarin", "warfarin")).toBeUndefined();
  });
  test("severity score", () => {
    expect(severityScore(undefined)).toBe(0);
    expect(severityScore(between("sildenafil", "isosorbide mononitrate"))).toBe(10);
    expect(severityScore(between("warfarin", "ibuprofen"))).toBe(8);
    expect(severityScore(between("sertraline", "sumatriptan"))).toBe(4); // moderate, theoretical
    expect(severityScore(between("warfarin", "paracetamol"))).toBe(2);
  });
  test("renal and hepatic advice at their limits", () => {
    expect(renalAdvice(drugNamed("metformin"), 45)).toMatchObject({ advice: "give", dose: "1 g" });
    expect(renalAdvice(drugNamed("metformin"), 44)).toMatchObject({ advice: "give", dose: "500 mg" });
    expect(renalAdvice(drugNamed("metformin"), 29)).toEqual({ advice: "avoid" });
    expect(renalAdvice(drugNamed("doxycycline"), 10)).toMatchObject({ advice: "no adjustment listed" });
    expect(hepaticAdvice(drugNamed("rivaroxaban"), "A")).toBe("usual dose");
    expect(hepaticAdvice(drugNamed("rivaroxaban"), "B")).toBe("avoid");
  });
  test("allergies: the class, what crosses, and rare crossings only after a severe reaction", () => {
    const to = (allergen: string, severity: "mild" | "severe") => [
      { allergen, reaction: severity === "mild" ? "rash" : "anaphylaxis", severity },
    ];
    expect(allergyConflict(drugNamed("amoxicillin"), to("penicillin", "mild"))?.match).toBe("same");
    expect(allergyConflict(drugNamed("piperacillin-tazobactam"), to("penicillin", "mild"))?.match).toBe("same");
    expect(allergyConflict(drugNamed("cefalexin"), to("penicillin", "mild"))?.match).toBe("cross");
    expect(allergyConflict(drugNamed("ceftriaxone"), to("penicillin", "mild"))).toBeUndefined();
    expect(allergyConflict(drugNamed("ceftriaxone"), to("penicillin", "severe"))?.match).toBe("low");
    expect(allergyConflict(drugNamed("meropenem"), to("penicillin", "severe"))).toBeUndefined();
    expect(allergyConflict(drugNamed("aztreonam"), to("penicillin", "severe"))).toBeUndefined();
    expect(allergyConflict(drugNamed("furosemide"), to("sulfonamide", "severe"))).toBeUndefined();
    expect(allergyConflict(drugNamed("co-trimoxazole"), to("sulfonamide", "mild"))?.match).toBe("same");
    expect(allergyConflict(drugNamed("ibuprofen"), to("aspirin", "mild"))?.match).toBe("cross");
  });
  test("classes, groups and properties in any case; doses in mg; flags", () => {
    expect(drugsOf("ssri").map(({ name }) => name)).toEqual(["sertraline", "fluoxetine", "citalopram"]);
    expect(drugsOf("strong CYP3A4 inhibitor").map(({ name }) => name)).toEqual(["clarithromycin", "itraconazole"]);
    expect([doseMg("1 g"), doseMg("125 micrograms"), doseMg("20 units"), doseMg("1 mg/kg")]).toEqual([
      1000,
      0.125,
      undefined,
      undefined,
    ]);
    expect(dailyMg({ dose: "500 mg", frequency: "three times daily" })).toBe(1500);
    const potassium = findLabTest("Potassium")!;
    expect([2.4, 3.4, 3.5, 5.1, 5.2, 6.6].map((value) => labFlag(potassium, value))).toEqual([
      "critical low",
      "low",
      "normal",
      "normal",
      "high",
      "critical high",
    ]);
  });
});

describe("presentations", () => {
  test("name drugs, tests, conditions and classes that exist, once each, with a guideline", () => {
    const keys = new Set(drugs.flatMap(keysOf));
    const known = new Set(conditions.map(({ name }) => name));
    expect(presentations.length).toBeGreaterThanOrEqual(25);
    expect(new Set(presentations.map(({ name }) => name)).size).toBe(presentations.length);
    for (const {
      name,
      treatment = [],
      dose = {},
      labs = {},
      needs = [],
      without = [],
      harmful = [],
      confirm,
      source,
      icd10,
      age,
    } of presentations) {
      const given = treatment.flatMap((tier) => tier.drugs);
      for (const drug of given)
        expect(
          keysOf(drugNamed(drug)).some((key) => harmful.includes(key)),
          `${name}: ${drug}`,
        ).toBe(false);
      for (const drug of Object.keys(dose)) expect(given, name).toContain(drug);
      for (const test of Object.keys(labs)) expect(findLabTest(test), test).toBeDefined();
      if (typeof confirm.result !== "string") expect(findLabTest(confirm.test), confirm.test).toBeDefined();
      for (const condition of [...needs, ...without]) expect(known, condition).toContain(condition);
      for (const condition of needs)
        expect(conditions.find((one) => one.name === condition)!.fromAge, name).toBeLessThanOrEqual(age[0]);
      for (const key of harmful) expect(keys, key).toContain(key);
      expect(source).toMatch(/BNF|(19|20)\d\d/);
      expect(icd10).toMatch(/^[A-Z]\d\d(\.\d)?$/);
    }
  });
  test("the differential puts each first when its symptoms and signs are told", () => {
    for (const presentation of presentations) {
      const told = [presentation.complaint, ...presentation.symptoms.slice(1), ...presentation.signs];
      expect(differential(told)[0].presentation.name).toBe(presentation.name);
    }
    expect(differential(["feels fine"])).toEqual([]);
  });
});

describe("safety", () => {
  const patient = generatePatient({
    id: patientId(0, 0),
    seed: 0,
    conditions: ["atrial fibrillation", "heart failure"],
    medications: ["warfarin"],
    allergies: [{ allergen: "penicillin", reaction: "anaphylaxis", severity: "severe" }],
    egfr: [40, 40],
  });
  const kinds = (name: string) =>
    objections(drugNamed(name), patient).map(({ severity, kind }) => `${severity} ${kind}`);
  test("objections: allergy, illness, kidney and the other drugs, the gravest first", () => {
    expect(kinds("amoxicillin")).toEqual(["5 allergy ignored"]);
    expect(kinds("ibuprofen")).toEqual(["5 contraindication ignored", "4 interaction ignored"]);
    expect(kinds("nitrofurantoin")).toEqual(["5 contraindication ignored"]); // eGFR below 45
    expect(kinds("paracetamol")).toEqual([]);
    const stopped = {
      ...patient,
      conditions: [],
      medications: patient.medications.map((taken) => ({ ...taken, end: patient.today })),
    };
    expect(objections(drugNamed("ibuprofen"), stopped)).toEqual([]);
  });
  test("doses: of the renal row where one applies, else the usual maximum of the day", () => {
    const verdict = (name: string, dose: string, frequency: string, egfr: number) =>
      dosageVerdict({ name, dose, frequency }, { ...patient, renal: { ...patient.renal, egfr } });
    expect(verdict("metformin", "1 g", "twice daily", 50)).toBe("appropriate");
    expect(verdict("metformin", "1 g", "twice daily", 40)).toBe("too high"); // 500 mg twice daily
    expect(verdict("metformin", "500 mg", "twice daily", 29)).toBe("avoid");
    expect(verdict("paracetamol", "1 g", "four times daily", 50)).toBe("appropriate");
    expect(verdict("paracetamol", "2 g", "four times daily", 50)).toBe("too high");
  });
});

describe("patients", () => {
  const people = Array.from({ length: 400 }, (_, n) => generatePatient({ id: patientId(3, n), seed: 3 }));
  test("the same for the same seed, no two alike, plain JSON", () => {
    expect(generatePatient({ id: people[7].id, seed: 3 })).toEqual(people[7]);
    expect(new Set(people.map((person) => JSON.stringify(person))).size).toBe(400);
    expect(JSON.parse(JSON.stringify(people))).toEqual(people);
  });
  test("take nothing that they are allergic to, that their kidney, liver or illness forbids, or that clashes", () => {
    for (const person of people) {
      const taken = person.medications.map(({ name }) => drugNamed(name));
      for (const drug of taken) expect(unfit(drug, person), `${person.id} ${drug.name}`).toBeUndefined();
      for (const a of taken)
        for (const b of taken) expect(["minor", "moderate", undefined]).toContain(findInteraction(a, b)?.severity);
    }
  });
  test("kidney, liver, flags, ages and dates agree", () => {
    for (const person of people) {
      expect(latestLab(person, "creatinine")!.value).toBe(person.renal.creatinine);
      expect(egfr.compute({ creatinine: person.renal.creatinine, age: person.age, sex: person.sex }).score).toBe(
        person.renal.egfr,
      );
      for (const lab of person.labs) expect(lab.flag).toBe(labFlag(findLabTest(lab.test)!, lab.value));
      for (const { name } of person.conditions)
        expect(person.age).toBeGreaterThanOrEqual(conditions.find((c) => c.name === name)!.fromAge);
      const dates = [...person.vitals, ...person.labs].map(({ date }) => date);
      expect(dates.every((date) => date <= person.today)).toBe(true);
      expect(person.vitals.map(({ date }) => date)).toEqual(person.vitals.map(({ date }) => date).toSorted());
      for (const vitals of person.vitals) expect(vitals.diastolic).toBeLessThan(vitals.systolic);
      if (!person.hepatic) continue;
      const value = (name: string) => latestLab(person, name)!.value;
      const { score, ascites } = person.hepatic;
      expect(
        childPugh.compute({
          bilirubin: value("bilirubin"),
          albumin: value("albumin"),
          inr: value("INR"),
          ascites,
          encephalopathy: "none",
        }).score,
      ).toBe(score);
    }
    expect(people.some(({ hepatic }) => hepatic)).toBe(true);
  });
  test("what is asked for is there", () => {
    const id = patientId(0, 0);
    for (const wanted of ["A", "B", "C"] as const)
      expect(generatePatient({ id, seed: 0, conditions: ["cirrhosis"], childPugh: wanted }).hepatic?.childPugh).toBe(
        wanted,
      );
    const mother = generatePatient({ id, seed: 0, pregnantWeeks: 12, conditions: [], egfr: [100, 110] });
    expect(mother).toMatchObject({ sex: "female", pregnancy: { weeks: 12 }, conditions: [] });
    expect(mother.age).toBeLessThanOrEqual(44);
    const septic = generatePatient({
      id,
      seed: 0,
      vitals: { systolic: [80, 85] },
      labs: { lactate: [4.1, 6] },
      egfr: [20, 20],
    });
    expect(septic.vitals.at(-1)!.systolic).toBeLessThanOrEqual(85);
    expect(latestLab(septic, "lactate")!.flag).toBe("critical high");
    expect(Math.abs(septic.renal.egfr - 20)).toBeLessThanOrEqual(1);
  });
});
