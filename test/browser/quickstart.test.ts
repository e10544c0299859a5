/**
 * The last mile: JupyterLab in a real browser, the quickstart opened, "Run All Cells" pressed, and the curves looked
 * for in the page. Screenshots are left in test-output/browser.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CodeCell, readNotebook } from "../../kernel/client/notebook.ts";
import { findChromium } from "../../scripts/chromium.mjs";
import { root, shortQuickstart, stageNotebook } from "../stage.ts";
import { type LabServer, startLab } from "./lab-server.ts";

const output = join(root, "test-output", "browser");
const executablePath = findChromium();

/** On a machine that does something else too. */
const runLimitMs = 300_000;

describe.skipIf(!executablePath)("the quickstart in JupyterLab (skipped without Chromium)", () => {
  let lab: LabServer;
  let notebook: string;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    mkdirSync(output, { recursive: true });
    notebook = stageNotebook("00-quickstart", join(output, "quickstart"), shortQuickstart);
    lab = await startLab(join(output, "lab"), notebook);
    browser = await chromium.launch({
      executablePath,
      args: [
        ...["--no-sandbox", "--disable-background-networking", "--disable-quic", "--no-first-run"],
        ...["--disable-component-update", "--disable-sync"],
      ],
    });
    page = await browser.newPage({ viewport: { width: 1400, height: 1600 } });
  });

  afterAll(async () => {
    await browser?.close();
    await lab?.stop();
  });

  test("runs to its end without an error", { timeout: runLimitMs + 120_000 }, async () => {
    await page.goto(lab.address, { waitUntil: "domcontentloaded" });
    const cells = page.locator(".jp-Notebook .jp-CodeCell");
    await cells.first().waitFor({ timeout: 60_000 });
    // The notebook's kernel is ours and ready; before that, JupyterLab forgets what it is asked to run.
    await page.getByText("TypeScript (medgym) | Idle").waitFor({ timeout: 60_000 });
    await page.getByRole("menuitem", { name: "Run", exact: true }).click();
    await page.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
    // Queued and running cells show [*].
    const prompts = page.locator(".jp-Notebook .jp-CodeCell .jp-InputPrompt");
    await expect
      .poll(
        async () => {
          const texts = await prompts.allTextContents();
          return texts.some((text) => /\[\d+\]:/.test(text)) && !texts.some((text) => text.includes("*"));
        },
        { timeout: runLimitMs, interval: 500, message: "all cells done" },
      )
      .toBe(true);
    await page.keyboard.press("Control+s");
    const saved = () => readNotebook(notebook).cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
    await expect.poll(() => saved().some((cell) => cell.execution_count !== null), { timeout: 30_000 }).toBe(true);
    for (const cell of saved()) {
      expect(cell.outputs.filter((out) => out.output_type === "error")).toEqual([]);
      expect(cell.execution_count, cell.source).not.toBeNull();
    }
  });

  test("draws its curves: plotly's lines with their points, and pixels of them", { timeout: 120_000 }, async () => {
    const figures = page.locator(".medgym-figure");
    await page.locator('.medgym-figure[data-drawn="plotly"]').first().waitFor({ timeout: 30_000 });
    expect(await figures.count()).toBeGreaterThan(0);
    for (let index = 0; index < (await figures.count()); index++) {
      const figure = figures.nth(index);
      await figure.scrollIntoViewIfNeeded();
      const drawnBy = () => figure.getAttribute("data-drawn");
      await expect.poll(drawnBy, { timeout: 10_000, message: `figure ${index + 1}` }).toBe("plotly");
      const box = await figure.boundingBox();
      expect(box?.width).toBeGreaterThan(200);
      expect(box?.height).toBeGreaterThan(100);
    }
    // A curve of a training has a point per step; an empty axis has none.
    const lines = await page.locator(".medgym-figure .scatterlayer path.js-line").evaluateAll((paths) =>
      paths.map((path) => {
        const { width, height } = path.getBoundingClientRect();
        return { points: (path.getAttribute("d") ?? "").split(/[MLHVCS]/).length - 1, width, height };
      }),
    );
    const drawn = lines.filter(({ points, width, height }) => points >= 10 && width > 50 && height > 5);
    expect(drawn.length, JSON.stringify(lines)).toBeGreaterThan(0);

    const trained = figures.filter({ has: page.locator(".scatterlayer path.js-line") }).first();
    await trained.scrollIntoViewIfNeeded();
    const picture = await trained.screenshot({ path: join(output, "figure.png") });
    const { colours, inkShare } = await page.evaluate(countColours, picture.toString("base64"));
    expect(colours).toBeGreaterThan(20); // lines, antialiased text; a blank page has one
    expect(inkShare).toBeGreaterThan(0.002);
    expect(inkShare).toBeLessThan(0.9);
    await page.screenshot({ path: join(output, "quickstart.png") });
    await saveWholeNotebook(page);
  });
});

/** Runs in the page: different colours of a PNG, and the share of its pixels that are not background. */
async function countColours(base64: string): Promise<{ colours: number; inkShare: number }> {
  const image = new (globalThis as unknown as { Image: new () => HTMLImage }).Image();
  image.src = `data:image/png;base64,${base64}`;
  await image.decode();
  const canvas = new (
    globalThis as unknown as { OffscreenCanvas: new (w: number, h: number) => Canvas }
  ).OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  return { colours: counts.size, inkShare: 1 - Math.max(...counts.values()) / pixels.length };
}

// The few names of the browser that `countColours` uses; the project's types are Node's.
interface HTMLImage {
  src: string;
  width: number;
  height: number;
  decode(): Promise<void>;
}
interface Canvas {
  getContext(kind: "2d"): {
    drawImage(image: HTMLImage, x: number, y: number): void;
    getImageData(x: number, y: number, width: number, height: number): { data: { buffer: ArrayBuffer } };
  };
}

/** For people: the notebook from top to bottom in one picture. */
async function saveWholeNotebook(page: Page): Promise<void> {
  const cells = page.locator(".jp-Notebook .jp-Cell");
  const [first, last] = [await cells.first().boundingBox(), await cells.last().boundingBox()];
  if (!first || !last) return;
  await page.setViewportSize({ width: 1400, height: Math.ceil(last.y + last.height - first.y) + 200 });
  await cells.first().scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(output, "notebook.png") });
}
