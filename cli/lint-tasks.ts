import { z } from "zod";
import { read } from "../src/data/index.ts";
import { domain, domains, type LintReport, lint } from "../src/gym/index.ts";

/** `medgym lint-tasks`: a table for each file, and one for the domains. Exit code 1 if anything is wrong. */
export async function lintCommand(
  files: readonly string[],
  options: { domain?: string[]; seeds: number },
): Promise<number> {
  const reports: LintReport[] = [];
  for (const file of files) {
    const report = await lint(await read<unknown>(file, { schema: z.unknown() }));
    console.log(`${file}\n${report}\n`);
    reports.push(report);
  }
  if (options.domain || files.length === 0) {
    const list = options.domain ? options.domain.map(domain) : domains();
    const report = await lint(list, { seeds: options.seeds });
    console.log(`${report}`);
    reports.push(report);
  }
  return reports.every(({ ok }) => ok) ? 0 : 1;
}
