import { readFileSync } from "node:fs";
import { MedgymError } from "../core/errors.ts";

/** What a JSON file holds; where there is none, the error ends with `instead`: what a folder of that kind has. */
export function readJsonFile(file: string, instead: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new MedgymError("not-found", `${file}: no such file. ${instead}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MedgymError("corrupt", `${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
