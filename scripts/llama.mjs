/**
 * llama.cpp as the peer of the generation benches, in `.medgym/llama`: the CPU libraries that node-llama-cpp publishes
 * for its users, with the headers of the same release (its package carries llama.cpp's sources as a git bundle), and
 * bench/peers/llama.cpp compiled against them. Nothing of it is a dependency of the package.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { localFolder, lock, root } from "./steps.mjs";

/** What PEERS' figures were measured with. */
const version = "3.22.1";
const folder = join(localFolder, "llama");
const source = join(root, "bench", "peers", "llama.cpp");

/** Path of the compiled peer, made on the first call. `log` gets one line per step that takes time. */
export async function llamaPeer(log = () => {}) {
  const platform = `linux-${process.arch}`;
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) {
    throw new Error(`llama.cpp as a peer needs Linux on x64 or arm64; this is ${process.platform} on ${process.arch}.`);
  }
  const release = await lock("llama");
  try {
    const libraries = join(platform, "package", "bins", platform); // from the program's folder
    const program = join(folder, version, "llama");
    if (!existsSync(join(folder, version, "ready"))) download(platform, log);
    if (!existsSync(program) || statSync(program).mtimeMs < statSync(source).mtimeMs) {
      log("compiling bench/peers/llama.cpp");
      const names = JSON.parse(readFileSync(join(folder, version, "ready"), "utf8"));
      const flags = ["-std=c++20", "-O3", "-march=native", `-DLLAMA_LIBRARIES="${libraries}"`];
      const includes = ["-isystem", join(folder, version, "include")];
      const links = [
        `-L${join(folder, version, libraries)}`,
        ...names.map((name) => `-l:${name}`),
        `-Wl,-rpath,$ORIGIN/${libraries}`,
      ];
      const [compiler, ...before] = (process.env.CXX ?? "g++").split(" ");
      must(compiler, [...before, ...flags, ...includes, source, "-o", program, ...links]);
    }
    return program;
  } finally {
    release();
  }
}

function download(platform, log) {
  const target = join(folder, version);
  log(`fetching node-llama-cpp ${version} into .medgym/llama`);
  rmSync(target, { recursive: true, force: true });
  for (const [name, what] of [
    [`@node-llama-cpp/${platform}`, platform],
    ["node-llama-cpp", "sources"],
  ]) {
    const into = join(target, what);
    mkdirSync(into, { recursive: true });
    // `npm pack` fetches and checks an archive and runs none of its scripts.
    const archive = must("npm", ["pack", `${name}@${version}`, "--silent", "--pack-destination", into]).trim();
    must("tar", ["-xzf", join(into, archive.split("\n").at(-1)), "-C", into]);
  }
  const repository = join(target, "repository");
  const bundle = join(target, "sources", "package", "llama", "gitRelease.bundle");
  must("git", ["clone", "--quiet", "--bare", bundle, repository]);
  const git = (...args) => must("git", [`--git-dir=${repository}`, ...args]);
  mkdirSync(join(target, "include"));
  for (const header of git("ls-tree", "-r", "--name-only", "HEAD", "include", "ggml/include").trim().split("\n"))
    writeFileSync(join(target, "include", header.split("/").at(-1)), git("show", `HEAD:${header}`));
  for (const what of ["sources", "repository"]) rmSync(join(target, what), { recursive: true });
  const libraries = must("ls", [join(target, platform, "package", "bins", platform)]).split("\n");
  const linked = libraries.filter((name) => /^lib(llama|ggml)(\.v[\d.]+)?\.so$|^libggml-base\.so$/.test(name));
  writeFileSync(join(target, "ready"), JSON.stringify(linked));
}

function must(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    cwd: dirname(folder),
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stderr.slice(-2000)}`);
  return stdout;
}
