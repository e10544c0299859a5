/**
 * Figures in HTML that need no network. plotly.js is embedded, compressed, in the first figure that a session shows;
 * later ones reuse it and wait for it, whatever order the page draws its outputs in. Where the library cannot be found
 * on the page (its output was cleared, then the page reloaded), a Jupyter server is asked for the copy in our
 * kernelspec folder; failing that, and wherever scripts do not run, the static picture stays.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { defaultSize } from "./style.ts";

/** Where a Jupyter server offers the library: a file in the kernelspec folder. */
export const kernelspecLibrary = { kernel: "medgym", file: "plotly.min.js" };

let libraryShown = false;
let compressed: string | undefined;

/** The library's script the first time in this session, later nothing. */
export function claimLibrary(): string {
  if (libraryShown) return "";
  libraryShown = true;
  return libraryScript();
}

/** For a fresh page, e.g. after the outputs were cleared: the next figure carries the library again. */
export function forgetLibrary(): void {
  libraryShown = false;
}

/** Path of plotly's cartesian bundle in this installation. */
export function libraryPath(): string {
  return createRequire(import.meta.url).resolve("plotly.js-cartesian-dist-min");
}

/** Unpacks plotly.js into `window.Plotly` (0.65 MB of text instead of 1.5) and tells who waits. */
export function libraryScript(): string {
  compressed ??= gzipSync(readFileSync(libraryPath()), { level: 9 }).toString("base64");
  return `<script>(()=>{
if(window.medgymPlotly||(window.Plotly&&window.Plotly.newPlot))return;
window.medgymPlotly=(async()=>{
const bytes=Uint8Array.from(atob("${compressed}"),c=>c.charCodeAt(0));
const source=await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
const script=document.createElement("script");
script.textContent="(function(module,exports,define){"+source+"\\n}).call(window)";
document.head.appendChild(script);
window.dispatchEvent(new Event("medgym-plotly"));
return window.Plotly;
})();
})()</script>`;
}

/** On dark pages of JupyterLab and VS Code figures are dark too: lightness is turned round, hues stay. */
const dark = `<style>[data-jp-theme-light="false"] .medgym-figure,.vscode-dark .medgym-figure{filter:invert(.93) hue-rotate(180deg)}</style>`;

/** A picture on white paper, as pages show it; `attributes` of the element around it. */
export function onPage(picture: string, attributes = ""): string {
  return `<div class="medgym-figure"${attributes}>${picture}${dark}</div>`;
}

/** One figure: the static picture, replaced by the interactive one once plotly.js is there. */
export function figureHtml(figure: { layout: { width?: number; height?: number } }, svg: string): string {
  const id = `medgym-${randomBytes(6).toString("hex")}`;
  const { width = defaultSize.width, height = defaultSize.height } = figure.layout;
  // The container gives the width, so that the figure fits narrow pages; the height is the figure's.
  const spec = JSON.stringify({ ...figure, layout: { ...figure.layout, width: undefined, autosize: true } });
  const picture = Buffer.from(svg).toString("base64");
  // An <img>, since the sanitizers of untrusted notebooks drop <svg> and keep images.
  const still = `<img alt="figure" width="${width}" style="display:block;max-width:100%;height:auto" src="data:image/svg+xml;base64,${picture}">`;
  return `${onPage(still, ` id="${id}" style="max-width:${width}px;background:#fff"`)}<script>(()=>{
const script=document.currentScript,before=script&&script.previousElementSibling;
const host=before&&before.id==="${id}"?before:document.getElementById("${id}");
if(!host)return;
const figure=${scriptSafe(spec)};
let drawn=false;
const draw=()=>{const plotly=window.Plotly;
if(drawn||!plotly||!plotly.newPlot)return drawn;
drawn=true;removeEventListener("medgym-plotly",draw);
const view=document.createElement("div");view.style.height="${height}px";
const still=host.querySelector("img");
host.appendChild(view);if(still)still.style.display="none";
plotly.newPlot(view,figure.data,figure.layout,figure.config).then(()=>{host.dataset.drawn="plotly";if(still)still.remove()},()=>{view.remove();if(still)still.style.display="block"});
return true};
if(draw())return;
addEventListener("medgym-plotly",draw);
${fallbackScript}
})()</script>`;
}

/** After a while without the library: the Jupyter server's copy, asked for once per page. */
const fallbackScript = `setTimeout(()=>{
if(draw()||window.medgymPlotly)return;
const settings=document.getElementById("jupyter-config-data");
if(!settings)return;
let base="/";try{base=JSON.parse(settings.textContent).baseUrl||"/"}catch{}
window.medgymPlotly=(async()=>{
const answer=await fetch(base+"kernelspecs/${kernelspecLibrary.kernel}/${kernelspecLibrary.file}");
if(!answer.ok){window.medgymPlotly=undefined;return}
const code=document.createElement("script");
code.textContent="(function(module,exports,define){"+await answer.text()+"\\n}).call(window)";
document.head.appendChild(code);
window.dispatchEvent(new Event("medgym-plotly"));
})().catch(()=>{window.medgymPlotly=undefined});
},1500);`;

/** JSON inside a script element: nothing in it may end the element or open a comment. */
function scriptSafe(json: string): string {
  return json
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}
