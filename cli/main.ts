import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { type ParameterValue, parseParameter } from "../kernel/client/parameters.ts";
import { packageRoot } from "../src/engine/addon.ts";

/** Runs the command line; returns the exit code. Each command's module is loaded only when it runs. */
export async function runCli(argv: string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command("medgym")
    .description("TypeScript notebooks that train medical language-model agents")
    .version(packageVersion(), "-V, --version")
    .exitOverride()
    .showHelpAfterError("(medgym --help shows what there is)");

  program
    .command("run")
    .description("execute a notebook without a front end; save it after each cell, and its plots beside it")
    .argument("<notebook>", "the .ipynb file")
    .option(
      "-p, --parameter <name=value>",
      "set a parameter (JSON, else a string); may be repeated",
      collectParameter,
      {},
    )
    .option("-o, --output <file>", "where the executed notebook goes (default: NOTEBOOK-executed.ipynb)")
    .option("--timeout <seconds>", "interrupt a cell that runs longer", positiveNumber)
    .option("--allow-errors", "go on after a cell that fails")
    .option("--kernel <name>", "kernel to use (default: the one the notebook names)")
    .option("--cwd <folder>", "working folder of the kernel (default: the notebook's)")
    .action(async (notebook: string, options) => {
      const { runCommand } = await import("./run.ts");
      const { parameter: parameters, timeout: timeoutSeconds, ...rest } = options;
      exitCode = await runCommand(notebook, { parameters, timeoutSeconds, ...rest });
    });

  program
    .command("install")
    .description("make the kernel known to Jupyter")
    .option("--prefix <folder>", "root of an environment, e.g. a venv (default: your own Jupyter folder)")
    .option("--remove", "take it away instead")
    .action(async (options) => {
      const { installCommand } = await import("./install.ts");
      exitCode = installCommand(options);
    });

  program
    .command("doctor")
    .description("what this machine has, and what to do about what it lacks")
    .option("--hub", "also ask whether the model hub (HF_ENDPOINT) can be reached")
    .action(async (options) => {
      const { doctorCommand } = await import("./doctor.ts");
      exitCode = await doctorCommand(options);
    });

  program
    .command("lint-tasks")
    .description("check tasks: shape, criteria, splits, and that what they expect can be done for a full score")
    .argument("[files...]", "tasks as .jsonl or .json; without files and --domain: everything that is shipped")
    .option("--domain <name...>", "the tasks of these domains")
    .option("--seeds <n>", "of each domain, so many task sets: seeds 0, 1, …", positiveInteger, 1)
    .option("--first-seed <n>", "where those seeds begin", naturalNumber, 0)
    .addHelpText(
      "after",
      `
Prints a table: tasks of each domain or file by split, the lowest best reachable score, errors; then the first errors.
Exit code: 0 if there are none, else 1.

  npx medgym lint-tasks                                      everything that is shipped
  npx medgym lint-tasks --domain triage sokoban --seeds 20   twenty sets of other patients and maps
  npx medgym lint-tasks my-tasks.jsonl                       tasks of a file, in the domains that they name`,
    )
    .action(async (files: string[], options) => {
      const { lintCommand } = await import("./lint-tasks.ts");
      exitCode = await lintCommand(files, options);
    });

  program
    .command("contamination")
    .description("whether test rows are in the training data: by their tasks, and by runs of 13 words")
    .argument("<train>", "training rows, .jsonl, .json, .parquet or .csv")
    .argument("<test>", "test rows or tasks")
    .option("--words <n>", "length of a run", positiveInteger, 13)
    .action(async (train: string, test: string, options) => {
      const { contaminationCommand } = await import("./contamination.ts");
      exitCode = await contaminationCommand(train, test, options);
    });

  const jobs = program.command("jobs").description("jobs of this machine: what runs, waits and has ended");
  const jobsAction = async (name: keyof typeof import("./jobs.ts"), ...args: unknown[]) => {
    const command = (await import("./jobs.ts"))[name] as (...given: unknown[]) => Promise<number>;
    exitCode = await command(...args);
  };
  jobs
    .command("list")
    .description("a table of the newest")
    .option("-n, --limit <n>", "so many", positiveInteger, 30)
    .option("--state <state...>", "only those that are queued, running, failed, …")
    .option("--notebook <name>", "only those of a notebook")
    .option("--json", "as JSON")
    .action((options) => jobsAction("listCommand", options));
  jobs
    .command("show")
    .description("all that is known of a job")
    .argument("<job>", "its number, or its name: then the newest of that name")
    .option("--json", "as JSON")
    .action((job: string, options) => jobsAction("showCommand", job, options));
  jobs
    .command("logs")
    .description("what a job printed")
    .argument("<job>", "its number or name")
    .option("-f, --follow", "go on until it ends; exit code 0 if it succeeded")
    .action((job: string, options) => jobsAction("logsCommand", job, options));
  jobs
    .command("cancel")
    .description("end jobs: ask them, then kill them")
    .argument("<jobs...>", "numbers or names")
    .option("--grace <seconds>", "time to end by themselves", naturalNumber, 10)
    .action((names: string[], options) => jobsAction("cancelCommand", names, options));
  jobs
    .command("top")
    .description("devices, queue and jobs, live; a single look where the output is no terminal")
    .option("--json", "a single look, as JSON")
    .action((options) => jobsAction("topCommand", options));
  jobs
    .command("pause")
    .description("start nothing more; what runs goes on")
    .action(() => jobsAction("pauseCommand"));
  jobs
    .command("resume")
    .description("let the queue go on")
    .action(() => jobsAction("resumeCommand"));
  jobs
    .command("prune")
    .description("remove jobs that are over, with their folders; run folders stay")
    .argument("[jobs...]", "numbers, names, or names of sweeps: these, whatever their age")
    .option("--older-than <time>", "those that ended longer ago, e.g. 12h, 30d")
    .option("--keep <n>", "not the newest so many", naturalNumber)
    .option("--dry-run", "say what would go, and remove nothing")
    .addHelpText(
      "after",
      `
Without jobs and options those go that ended more than 30 days ago and are not among the 100 newest. What a job needs
that is not over never goes; trials of a sweep, and jobs in whose folder a part of another's result lies, go only by name.
Exit code: 1 if a folder could not be removed.

  npx medgym jobs prune --dry-run              what would go, and how much disk it takes
  npx medgym jobs prune --older-than 7d --keep 50
  npx medgym jobs prune 17 sft-r16 ablations   two jobs and all trials of a sweep`,
    )
    .action((names: string[], options) => jobsAction("pruneCommand", names, options));

  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode; // commander has printed what there is to say
    console.error(describeError(error));
    return 1;
  }
  return exitCode;
}

/** Errors with a code are meant for the user: message alone. Anything else is a defect: with its stack. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const expected = typeof (error as { code?: unknown }).code === "string";
  return expected && !process.env.MEDGYM_DEBUG ? `medgym: ${error.message}` : (error.stack ?? error.message);
}

function collectParameter(text: string, previous: Record<string, ParameterValue>): Record<string, ParameterValue> {
  try {
    const [name, value] = parseParameter(text);
    return { ...previous, [name]: value };
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

const positiveInteger = (text: string) => integerFrom(1, text);
const naturalNumber = (text: string) => integerFrom(0, text);

function integerFrom(least: number, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < least)
    throw new InvalidArgumentError(`It must be an integer, at least ${least}.`);
  return value;
}

function packageVersion(): string {
  return JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")).version;
}
