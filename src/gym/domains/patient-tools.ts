/** What tools about the one patient of a task have in common. */
import { z } from "zod";
import type { Patient } from "../clinical/index.ts";
import { ToolError } from "../tool.ts";

export const patientId = z.string().describe("e.g. P12345");

/** The patient, if `id` is theirs; else an error that the caller of the tool reads. */
export function patientOf<P extends Pick<Patient, "id">>(state: { patient: P }, id: string): P {
  if (id.trim().toUpperCase() !== state.patient.id) throw new ToolError(`no patient ${id}`);
  return state.patient;
}
