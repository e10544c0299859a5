import { join } from "node:path";
import type { Side } from "./harness.ts";

/**
 * native/bench/bandwidth.cpp as a side: its values are bytes/s that `threads` threads read at, over and over the same megabytes.
 * `root`: the package, where it is built.
 */
export const memorySide = (root: string, threads: number, megabytes = 1024): Side => ({
  name: "memory read",
  command: [join(root, "native/build/bench/bandwidth"), String(threads), "serve", String(megabytes)],
});
