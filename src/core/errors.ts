/** Branch on `code`: a module imported twice breaks `instanceof`. */
export type ErrorCode =
  | "invalid-option"
  | "invalid-argument"
  | "invalid-data"
  | "not-found"
  | "unsupported"
  | "corrupt"
  | "io"
  | "network"
  | "out-of-memory"
  | "cancelled"
  | "non-finite"
  | "internal";

/** Base of every error medgym throws on purpose. The message says what, with numbers, then what to do. */
export class MedgymError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "MedgymError";
    this.code = code;
  }
}

export class InvalidOptionError extends MedgymError {
  /** Name of the offending option. */
  readonly option: string;
  constructor(option: string, message: string) {
    super("invalid-option", message);
    this.name = "InvalidOptionError";
    this.option = option;
  }
}

export class CancelledError extends MedgymError {
  constructor(message = "cancelled") {
    super("cancelled", message);
    this.name = "CancelledError";
  }
}

export function isCancelled(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "cancelled";
}
