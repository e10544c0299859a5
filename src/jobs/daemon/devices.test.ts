import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { discoverDevices, gpuProcesses, gpuUse } from "./devices.ts";

const path = process.env.PATH;
let folder: string;

/** As driver 550 prints it; the second card does not measure its use. */
const gpus = `0, GPU-aaaa-1, NVIDIA H100 80GB HBM3, 81559
1, GPU-bbbb-2, NVIDIA T400, 2048
`;
const use = `GPU-aaaa-1, 37, 1024
GPU-bbbb-2, [N/A], [Not Supported]
`;

function fakeDriver(script: string): void {
  writeFileSync(join(folder, "nvidia-smi"), `#!/bin/sh\n${script}`);
  chmodSync(join(folder, "nvidia-smi"), 0o755);
}

const answers = `case "$1" in
--query-gpu=index,*) cat <<'END'
${gpus}END
;;
--query-gpu=uuid,*) cat <<'END'
${use}END
;;
--query-compute-apps=*) echo "4711, GPU-aaaa-1, 512" ;;
*) exit 2 ;;
esac
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "medgym-smi-"));
  process.env.PATH = `${folder}:${path}`;
});
afterEach(() => rmSync(join(folder, "nvidia-smi"), { force: true }));
afterAll(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

describe("with a driver", () => {
  test("all GPUs, with what the driver calls them and their memory", async () => {
    fakeDriver(answers);
    expect(await discoverDevices({})).toMatchObject([
      { index: 0, kind: "gpu", uuid: "GPU-aaaa-1", name: "NVIDIA H100 80GB HBM3 (0)", memoryBytes: 81559 * 2 ** 20 },
      { index: 1, kind: "gpu", uuid: "GPU-bbbb-2", name: "NVIDIA T400 (1)", memoryBytes: 2 ** 31 },
    ]);
  });

  test("some, in the order in which they are named", async () => {
    fakeDriver(answers);
    const uuids = async (environment: NodeJS.ProcessEnv) =>
      (await discoverDevices(environment)).map(({ uuid }) => uuid);
    expect(await uuids({ MEDGYM_DEVICES: "cuda:1,0" })).toEqual(["GPU-bbbb-2", "GPU-aaaa-1"]);
    expect(await uuids({ CUDA_VISIBLE_DEVICES: "1" })).toEqual(["GPU-bbbb-2"]);
    expect(await uuids({ CUDA_VISIBLE_DEVICES: "GPU-aa" })).toEqual(["GPU-aaaa-1"]);
    expect(await uuids({ CUDA_VISIBLE_DEVICES: "0,-1,1" })).toEqual(["GPU-aaaa-1"]);
  });

  test("use of cards and processes; what a card does not measure is left out", async () => {
    fakeDriver(answers);
    expect(await gpuUse()).toEqual([
      { uuid: "GPU-aaaa-1", utilisation: 0.37, usedBytes: 2 ** 30 },
      { uuid: "GPU-bbbb-2", utilisation: undefined, usedBytes: undefined },
    ]);
    expect(await gpuProcesses()).toEqual([{ pid: 4711, uuid: "GPU-aaaa-1", bytes: 2 ** 29 }]);
  });

  test("a GPU that does not exist", async () => {
    fakeDriver(answers);
    const asked = discoverDevices({ MEDGYM_DEVICES: "cuda:0,5" });
    await expect(asked).rejects.toThrow('MEDGYM_DEVICES is "cuda:0,5", but this machine has GPUs 0 to 1.');
  });
});

describe("without one", () => {
  test("a slot for each core, or as many as are wanted; they share the memory", async () => {
    process.env.PATH = folder;
    expect(await discoverDevices({})).toHaveLength(availableParallelism());
    process.env.PATH = `${folder}:${path}`;
    const slots = await discoverDevices({ MEDGYM_DEVICES: "cpu:8" });
    expect(slots).toHaveLength(8);
    expect(slots[3]).toMatchObject({ index: 3, name: "cpu:3", kind: "slot" });
    const [whole] = await discoverDevices({ MEDGYM_DEVICES: "cpu:1" });
    expect(slots[0].memoryBytes).toBe(Math.floor(whole.memoryBytes / 8));
    expect(whole.threads).toBe(availableParallelism());
  });

  test("a driver that fails is said where GPUs are asked for", async () => {
    fakeDriver("echo no devices were found >&2; exit 6");
    await expect(discoverDevices({ MEDGYM_DEVICES: "cuda" })).rejects.toMatchObject({ code: "not-found" });
    expect((await discoverDevices({}))[0].kind).toBe("slot");
  });

  test.each(["gpu:8", "cpu:0", "cpu:2000", "cuda:", "cpu:-1"])("%s is not understood", async (text) => {
    await expect(discoverDevices({ MEDGYM_DEVICES: text })).rejects.toMatchObject({ code: "invalid-option" });
  });
});
