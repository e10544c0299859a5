import { z } from "zod";
import { read } from "../src/data/index.ts";
import { allDomains, domain, LintReport, lint } from "../src/gym/index.ts";

/**
 * `medgym lint-tasks`: a table for each file, and one for the domains, which are named on standard error as they are done. Exit code 1
 * if anything is wrong.
 */
export async function lintCommand(
  files: readonly string[],
  options: { domain?: string[]; seeds: number; firstSeed: number },
): Promise<number> {
  const reports: LintReport[] = [];
  for (const file of files) {
    const report = await lint(await read<unknown>(file, { schema: z.unknown() }));
    console.log(`${file}\n${report}\n`);
    reports.push(report);
  }
  if (options.domain || files.length === 0) {
    const { seeds, firstSeed } = options;
    const rows: LintReport["rows"][number][] = [];
    for (const each of options.domain ? options.domain.map(domain) : allDomains()) {
      const startedAt = performance.now();
      rows.push(...(await lint(each, { seeds, firstSeed })).rows);
      console.error(`· ${each.name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    }
    const report = new LintReport(rows);
    console.log(`${report}`);
    reports.push(report);
  }
  return reports.every(({ ok }) => ok) ? 0 : 1;
}
