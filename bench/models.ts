import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { writeGguf } from "./gguf.ts";
import { shapes, writeModel } from "./shapes.ts";

/** Random-weight models of the bench shapes: each is made when first asked for, shared by all sides, removed at the end. */
export class Models {
  readonly #llama: () => Promise<string>;
  #folder: string | undefined;

  constructor(llama: () => Promise<string>) {
    this.#llama = llama;
  }

  /** A Hugging Face folder with f32 weights. */
  async directory(shape: string): Promise<string> {
    this.#folder ??= mkdtempSync(join(tmpdir(), "medgym-bench-"));
    const directory = join(this.#folder, shape);
    if (existsSync(directory)) return directory;
    mkdirSync(directory);
    await writeModel(shape, directory);
    return directory;
  }

  /** The same weights for llama.cpp, in the types that its own quantiser chooses. */
  async gguf(shape: string, type: "f32" | "bf16" | "q8_0" | "q4_0"): Promise<string> {
    const directory = await this.directory(shape);
    const file = join(directory, `${type}.gguf`);
    if (existsSync(file)) return file;
    const full = join(directory, "f32.gguf");
    if (!existsSync(full)) writeGguf(directory, shapes[shape].config, full);
    if (file !== full) await promisify(execFile)(await this.#llama(), ["convert", full, file, type]);
    return file;
  }

  /** Frees the disk: the larger ones take gigabytes. */
  dispose(): void {
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }
}
