export { type ClinicalData, type ClinicalOptions, type ClinicalRow, clinical } from "./clinical.ts";
export { egfr, type Lab, type Patient, patient, patients, type Split, splitOf } from "./patient.ts";
export { asJson, asProse, asRecord, type Fact, facts, type Rendering, render, renderings } from "./render.ts";
export { allergens, conditions, drugs, findDrug, findInteraction, labTests, reactions } from "./tables.ts";
export * from "./tasks.ts";
export { executeTool, observation, type ToolCall, type ToolDefinition, toolDefinition, toolNames } from "./tools.ts";
