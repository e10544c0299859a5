import { contamination } from "../src/gym/index.ts";

/** `medgym contamination`: prints what it found. Exit code 1 if test data is in the training data. */
export async function contaminationCommand(train: string, test: string, options: { words: number }): Promise<number> {
  const report = await contamination(train, test, options);
  console.log(String(report));
  return report.ok ? 0 : 1;
}
