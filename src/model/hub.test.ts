import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fakeEngine, fakeModelType } from "../engine/fake.ts";
import { ByteTokenizer } from "../text/byte-tokenizer.ts";
import { hubSettings } from "./hub-cache.ts";
import { type HubServer, startHub } from "./hub-server.test-helper.ts";
import { createModel, type LoadOptions, loadModel } from "./load.ts";

const scratch = mkdtempSync(join(tmpdir(), "medgym-hub-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const id = "clinic/tiny-model";
const internal = { _internal: { engine: fakeEngine(), tokenizer: new ByteTokenizer() } };
const config = { model_type: fakeModelType, vocab_size: 259, hidden_size: 32 };

/** A model's folder as a map of files, with others that must not be fetched. */
async function modelFiles(): Promise<Record<string, Buffer>> {
  const folder = join(scratch, "source");
  await (await createModel(config, internal)).save(folder);
  const files: Record<string, Buffer> = {
    "README.md": Buffer.from("read me"),
    "pytorch_model.bin": Buffer.alloc(50_000),
    "onnx/model.onnx": Buffer.alloc(9),
  };
  for (const name of readdirSync(folder)) files[name] = readFileSync(join(folder, name));
  files["generation_config.json"] = Buffer.from('{"eos_token_id": 257}');
  return files;
}

let hub: HubServer;
let cacheDir: string;
let files: Record<string, Buffer>;
let count = 0;
const environment = ["HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "HF_HOME", "HF_HUB_CACHE"];

beforeEach(async () => {
  for (const name of environment) vi.stubEnv(name, "");
  files = await modelFiles();
  cacheDir = join(scratch, `cache-${count++}`);
  await serve({});
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub.close();
});

async function serve(options: Parameters<typeof startHub>[2]): Promise<void> {
  await hub?.close();
  hub = await startHub(id, files, options);
  vi.stubEnv("HF_ENDPOINT", hub.url);
}

const load = (options: LoadOptions = {}) => loadModel(id, { cacheDir, ...internal, ...options });
const failure = (run: PromiseLike<unknown>) =>
  Promise.resolve(run).then(
    () => undefined,
    (error) => error,
  );
const resolveRequests = () => hub.requests.filter((request) => request.includes("/resolve/"));

describe("a model of the hub", () => {
  it("is fetched into the shared cache layout, only the files needed, and not again", async () => {
    const run = load();
    const model = await run;
    expect(model.source).toMatchObject({ id, revision: hub.commit });
    expect(model.generationConfig.eos_token_id).toBe(257);
    const repository = join(cacheDir, "models--clinic--tiny-model");
    expect(readFileSync(join(repository, "refs", "main"), "utf8")).toBe(hub.commit);
    const snapshot = join(repository, "snapshots", hub.commit);
    expect(readdirSync(snapshot).sort()).toEqual(["config.json", "generation_config.json", "model.safetensors"]);
    expect(lstatSync(join(snapshot, "model.safetensors")).isSymbolicLink()).toBe(true);
    expect(readlinkSync(join(snapshot, "model.safetensors"))).toMatch(/^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/);
    const start = run.events.find(({ type }) => type === "download-start");
    const total = ["config.json", "generation_config.json", "model.safetensors"].reduce(
      (sum, name) => sum + files[name].length,
      0,
    );
    expect(start).toMatchObject({ files: 3, totalBytes: total });
    expect(run.events.findLast(({ type }) => type === "download-progress")).toMatchObject({
      receivedBytes: total,
      totalBytes: total,
    });

    hub.requests.length = 0;
    await load({ revision: "v1" });
    expect(resolveRequests()).toEqual([]);
    expect(readFileSync(join(repository, "refs", "v1"), "utf8")).toBe(hub.commit);
  });

  it("goes on after a connection is cut in the middle, from the byte where it ended", async () => {
    hub.cut("model.safetensors", 30_000, 2);
    const model = await load();
    expect((await model.generate("a", { maxNewTokens: 2 })).tokens).toHaveLength(2);
    const weights = resolveRequests().filter((request) => request.includes("model.safetensors"));
    expect(weights).toHaveLength(3);
    expect(weights[0]).not.toContain("bytes=");
    expect(weights[1]).toMatch(/bytes=\d+-$/);
  });

  it("goes on from what an earlier process left", async () => {
    hub.cut("model.safetensors", 20_000, 99);
    const partial = load();
    const watch = async () => {
      for await (const event of partial)
        if (event.type === "download-progress" && event.receivedBytes > 15_000) partial.cancel();
    };
    expect(await failure(watch())).toMatchObject({ code: "cancelled" });
    const blobs = readdirSync(join(cacheDir, "models--clinic--tiny-model", "blobs"));
    expect(blobs.some((name) => name.endsWith(".incomplete"))).toBe(true);
    await serve({});
    await load();
    const weights = resolveRequests().filter((request) => request.includes("model.safetensors"));
    expect(weights).toEqual([expect.stringMatching(/bytes=[1-9]\d*-$/)]);
  });

  it("is fetched once by two loads at the same time, and a lock of a dead process does not block", async () => {
    const blobs = join(cacheDir, "models--clinic--tiny-model", "blobs");
    mkdirSync(blobs, { recursive: true });
    const etag = createHash("sha256").update(files["model.safetensors"]).digest("hex");
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    writeFileSync(join(blobs, `${etag}.incomplete.lock`), JSON.stringify({ host: hostname(), pid: dead }));
    await Promise.all([load(), load()]);
    expect(resolveRequests().filter((request) => request.includes("model.safetensors"))).toHaveLength(1);
    expect(readdirSync(blobs).filter((name) => name.includes("."))).toEqual([]);
  });

  it("starts again when the server knows no ranges, and refuses bytes that do not match their checksum", async () => {
    await serve({ ranges: false });
    hub.cut("model.safetensors", 30_000, 1);
    await load();
    const blobs = join(cacheDir, "models--clinic--tiny-model", "blobs");
    const blob = readdirSync(blobs).find((name) => name.length === 64)!;
    rmSync(join(blobs, blob));
    writeFileSync(join(blobs, `${blob}.incomplete`), Buffer.alloc(30_000)); // wrong bytes
    await serve({});
    expect(await failure(load())).toMatchObject({
      code: "corrupt",
      message: expect.stringMatching(/model\.safetensors.*checksum/),
    });
    expect(readdirSync(blobs).filter((name) => name.endsWith(".incomplete"))).toEqual([]);
    await load();
  });

  it("uses HF_TOKEN, or the option; without one the message says so", async () => {
    await serve({ token: "secret" });
    expect(await failure(load())).toMatchObject({
      code: "network",
      message: expect.stringMatching(/clinic\/tiny-model.*HF_TOKEN.*401; no token was given/),
    });
    expect(await failure(load({ token: "wrong" }))).toMatchObject({
      message: expect.stringMatching(/the token that was given was not accepted/),
    });
    vi.stubEnv("HF_TOKEN", "secret");
    await load();
    hub.refuse(403, { "x-error-code": "GatedRepo" });
    expect(await failure(load())).toMatchObject({ message: expect.stringMatching(/is gated: accept its conditions/) });
  });

  it("that does not exist, or not at this revision, or without safetensors", async () => {
    expect(await failure(loadModel("clinic/none", { cacheDir, ...internal }))).toMatchObject({
      code: "not-found",
      message: expect.stringMatching(/clinic\/none.*404/),
    });
    expect(await failure(load({ revision: "v9" }))).toMatchObject({ code: "not-found" });
    delete files["model.safetensors"];
    expect(await failure(load())).toMatchObject({
      code: "unsupported",
      message: expect.stringMatching(/no model\.safetensors.*pytorch_model\.bin.*only safetensors/),
    });
  });

  it("offline: from the cache alone, and says what the cache lacks", async () => {
    expect(await failure(load({ offline: true }))).toMatchObject({
      code: "not-found",
      message: expect.stringMatching(/offline mode.*lacks/),
    });
    await load();
    hub.requests.length = 0;
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    await load();
    expect(hub.requests).toEqual([]);
    rmSync(join(cacheDir, "models--clinic--tiny-model", "snapshots", hub.commit, "model.safetensors"));
    expect(await failure(load())).toMatchObject({ message: expect.stringMatching(/lacks model\.safetensors/) });
  });

  it("a hub that cannot be reached: the cached copy with a note, else an error that names the host", async () => {
    await load();
    await hub.close();
    const run = load();
    await run;
    expect(run.events).toContainEqual(
      expect.objectContaining({ type: "note", message: expect.stringMatching(/not reachable/) }),
    );
    expect(await failure(load({ cacheDir: join(scratch, "empty") }))).toMatchObject({
      code: "network",
      message: expect.stringContaining(hub.url),
    });
  });

  it("finds what huggingface_hub put into the cache", async () => {
    const commit = "0123456789012345678901234567890123456789";
    const repository = join(cacheDir, "models--clinic--tiny-model");
    mkdirSync(join(repository, "refs"), { recursive: true });
    mkdirSync(join(repository, "snapshots", commit), { recursive: true });
    writeFileSync(join(repository, "refs", "main"), commit);
    for (const name of ["config.json", "model.safetensors"])
      writeFileSync(join(repository, "snapshots", commit, name), files[name]);
    expect((await load({ offline: true })).source.revision).toBe(commit);
    expect((await load({ offline: true, revision: commit })).source.revision).toBe(commit);
  });

  it("in shards: the index names them", async () => {
    const weights = files["model.safetensors"];
    delete files["model.safetensors"];
    files["model-00001-of-00002.safetensors"] = weights;
    files["model-00002-of-00002.safetensors"] = Buffer.concat([weights, Buffer.alloc(1)]);
    files["model-00009-of-00009.safetensors"] = weights; // of another split
    files["model.safetensors.index.json"] = Buffer.from(
      JSON.stringify({ weight_map: { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" } }),
    );
    await failure(load()); // the fake engine reads no shards
    const fetched = new Set(resolveRequests().map((request) => request.split("/").at(-1)));
    expect([...fetched].sort()).toEqual(
      [
        "config.json",
        "generation_config.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
      ].sort(),
    );
  });
});

describe("settings", () => {
  it("are the options, else the variables that huggingface_hub reads", () => {
    const variables = { HF_HOME: "/home/hf", HF_TOKEN: "t", HF_ENDPOINT: "http://mirror/", HF_HUB_OFFLINE: "ON" };
    expect(hubSettings({}, variables)).toEqual({
      endpoint: "http://mirror",
      cacheDir: "/home/hf/hub",
      token: "t",
      offline: true,
    });
    expect(hubSettings({ cacheDir: "/c", token: "u", offline: false }, variables)).toMatchObject({
      cacheDir: "/c",
      token: "u",
      offline: false,
    });
    expect(hubSettings({}, { ...variables, HF_HUB_CACHE: "/cache" }).cacheDir).toBe("/cache");
    expect(hubSettings({}, { XDG_CACHE_HOME: "/x" })).toMatchObject({
      endpoint: "https://huggingface.co",
      cacheDir: "/x/huggingface/hub",
      offline: false,
    });
  });
});
