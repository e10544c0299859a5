/** A view in a cell that is drawn again as things change. */
import { type DisplayHandle, type MimeBundle, show } from "../../core/display.ts";

/** Least time between two drawings. */
const intervalMs = 300;
/** Drawing takes at most this share of the time. */
const drawShare = 0.05;

export class LiveView {
  readonly #draw: () => MimeBundle;
  readonly #handles: DisplayHandle[] = [];
  #timer?: NodeJS.Timeout;
  #freeAt = 0;

  constructor(draw: () => MimeBundle) {
    this.#draw = draw;
  }

  /** In the current cell; undefined outside of a kernel. */
  show(): DisplayHandle | undefined {
    const handle = show(this.#draw());
    if (handle) this.#handles.push(handle);
    return handle;
  }

  get isShown(): boolean {
    return this.#handles.length > 0;
  }

  /** Something is new: it is drawn soon. */
  change(): void {
    if (!this.isShown) return;
    this.#timer ??= setTimeout(() => this.redraw(), Math.max(0, this.#freeAt - performance.now())).unref();
  }

  /** At once. */
  redraw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.isShown) return;
    const began = performance.now();
    const bundle = this.#draw();
    for (const handle of this.#handles) handle.update(bundle);
    const ended = performance.now();
    this.#freeAt = ended + Math.max(intervalMs, (ended - began) / drawShare);
  }
}
