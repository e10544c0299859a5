/**
 * What `import * as tslab from "tslab"` gives in this kernel: the public API of tslab 1.0, so that notebooks written for
 * it run unchanged. https://github.com/yunabe/tslab#display-rich-contents
 */
import { displaySymbol } from "./display.ts";

export interface Versions {
  tslab: string;
  typescript: string;
  node: string;
}

/** The version of tslab whose API this is, and of what runs here. */
export const versions: Versions = { tslab: "1.0.22", typescript: "6.0", node: process.version };

export interface Display {
  javascript(s: string): void;
  html(s: string): void;
  markdown(s: string): void;
  latex(s: string): void;
  svg(s: string): void;
  png(b: Uint8Array): void;
  jpeg(b: Uint8Array): void;
  gif(b: Uint8Array): void;
  pdf(b: Uint8Array): void;
  text(s: string): void;
  raw(contentType: string, b: string | Uint8Array): void;
}

type Bundle = Record<string, unknown>;
type Show = (bundle: Bundle) => { update(bundle: Bundle): void };

function displayWith(show: (bundle: Bundle) => void): Display {
  const raw = (contentType: string, content: string | Uint8Array) => show({ [contentType]: content });
  const as = (contentType: string) => (content: string | Uint8Array) => raw(contentType, content);
  return {
    javascript: as("text/javascript"),
    html: as("text/html"),
    markdown: as("text/markdown"),
    latex: as("text/latex"),
    svg: as("image/svg+xml"),
    png: as("image/png"),
    jpeg: as("image/jpeg"),
    gif: as("image/gif"),
    pdf: as("application/pdf"),
    text: as("text/plain"),
    raw,
  };
}

const show: Show = (bundle) => ((globalThis as Record<symbol, unknown>)[displaySymbol] as Show)(bundle);

/** Shows rich content in the cell. */
export const display: Display = displayWith(show);

/** A display of one entry: the first call shows it, each further call replaces it. */
export function newDisplay(): Display {
  let shown: ReturnType<Show> | undefined;
  return displayWith((bundle) => {
    if (shown) shown.update(bundle);
    else shown = show(bundle);
  });
}
