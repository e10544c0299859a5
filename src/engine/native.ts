import { MedgymError } from "../core/errors.ts";
import { type Addon, call, type DeviceHandle, loadAddon } from "./addon.ts";
import type { DeviceInfo, Dtype, Engine, EngineDevice, EngineModel } from "./engine.ts";
import { dtypeCode, NativeModel } from "./native-model.ts";

let engine: NativeEngine | undefined;

/**
 * The C++ engine behind native/include/medgym.h. The addon is loaded at the first use, so that importing medgym works
 * where it was never built; then this throws "unsupported" and says how to build it.
 */
export function nativeEngine(): Engine {
  engine ??= new NativeEngine(loadAddon());
  return engine;
}

class NativeEngine implements Engine {
  readonly name = "native";
  readonly version: string;
  readonly #addon: Addon;
  readonly #devices = new Map<string, Promise<NativeDevice>>();

  constructor(addon: Addon) {
    this.#addon = addon;
    this.version = addon.version();
  }

  /** `threads`: default MEDGYM_THREADS, else every core that this process may run on. */
  device(name = "cpu", options: { threads?: number } = {}): Promise<EngineDevice> {
    const threads = options.threads ?? threadsFromEnvironment();
    const key = `${name}:${threads}`;
    const known = this.#devices.get(key);
    if (known) return known;
    const opening = call(() => this.#addon.deviceCreate(name, threads)).then(
      (handle) => new NativeDevice(this.#addon, name, handle),
    );
    this.#devices.set(key, opening);
    opening.catch(() => this.#devices.delete(key)); // the next attempt tries again
    return opening;
  }
}

/** 0: the engine takes every core it may use. */
function threadsFromEnvironment(): number {
  const text = process.env.MEDGYM_THREADS;
  if (!text) return 0;
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new MedgymError("invalid-option", `MEDGYM_THREADS is "${text}"; it must be an integer, at least 1.`);
}

export class NativeDevice implements EngineDevice {
  readonly name: string;
  readonly engineVersion: string;
  readonly #addon: Addon;
  readonly #handle: DeviceHandle;

  constructor(addon: Addon, name: string, handle: DeviceHandle) {
    this.name = name;
    this.engineVersion = addon.version();
    this.#addon = addon;
    this.#handle = handle;
  }

  /** As it was after the last call, so that asking never waits for one. */
  info(): DeviceInfo {
    return this.#addon.deviceInfo(this.#handle);
  }

  resetPeak(): void {
    this.#addon.deviceResetPeak(this.#handle);
  }

  async load(directory: string, options: { dtype: Dtype; checkFinite?: boolean }): Promise<EngineModel> {
    const { dtype, checkFinite = false } = options;
    const handle = await call(() =>
      this.#addon.modelLoad(this.#handle, directory, { dtype: dtypeCode[dtype], checkFinite }),
    );
    return NativeModel.open(this.#addon, this, handle);
  }

  async create(config: object, { dtype, seed }: { dtype: Dtype; seed: number }): Promise<EngineModel> {
    const options = { dtype: dtypeCode[dtype], checkFinite: false };
    const handle = await call(() => this.#addon.modelCreate(this.#handle, JSON.stringify(config), seed, options));
    return NativeModel.open(this.#addon, this, handle);
  }

  cancel(): void {
    this.#addon.cancel(this.#handle);
  }
}
