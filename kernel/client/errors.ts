export type KernelErrorCode =
  | "kernelspec-not-found"
  | "start-failed"
  | "died"
  | "timeout"
  | "protocol"
  | "input-refused"
  | "invalid-notebook"
  | "invalid-parameter";

/** What goes wrong between client and kernel; errors of the user's code are outputs of the cell instead. */
export class KernelError extends Error {
  readonly code: KernelErrorCode;
  constructor(code: KernelErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "KernelError";
    this.code = code;
  }
}
