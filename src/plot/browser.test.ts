/** Figures in a real browser: drawn without network, in any order, and still there where scripts do not run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../../scripts/chromium.mjs";
import { displaySymbol } from "../core/display.ts";
import { forgetLibrary } from "./html.ts";
import * as plot from "./index.ts";

const executablePath = findChromium();

describe.skipIf(!executablePath)("figures in Chromium (skipped without it)", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "medgym-browser-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function open(name: string, body: string, javaScriptEnabled = true) {
    const path = join(folder, name);
    writeFileSync(path, `<!doctype html><meta charset="utf-8"><body>${body}</body>`);
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    const context = await browser.newContext({ javaScriptEnabled, offline: true });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(pathToFileURL(path).href);
    return { page, errors, [Symbol.asyncDispose]: () => browser.close() };
  }

  it("draw from one copy of the library, also when it comes after a figure that waits for it", async () => {
    forgetLibrary();
    const carrier = plot.line([1, 2, 3])[displaySymbol]()["text/html"] as string;
    const waiting = plot.bar({ a: 1, b: 2 })[displaySymbol]()["text/html"] as string;
    await using view = await open("figures.html", waiting + carrier);
    await view.page.waitForFunction("document.querySelectorAll('[data-drawn=plotly]').length === 2");
    expect(await view.page.locator(".main-svg .barlayer .point").count()).toBe(2);
    expect(await view.page.locator(".main-svg .scatterlayer .js-line").count()).toBe(1);
    expect(await view.page.locator(".medgym-figure > img").count()).toBe(0);
    expect(view.errors).toEqual([]);
  }, 60_000);

  it("show the static picture without the library, and without scripts", async () => {
    const figure = plot.line([1, 2, 3]);
    const html = figure[displaySymbol]()["text/html"] as string;
    for (const javaScriptEnabled of [true, false]) {
      await using view = await open("alone.html", html.replace(/^.*?(?=<div)/s, ""), javaScriptEnabled);
      const picture = view.page.locator(".medgym-figure > img");
      expect(
        await picture.evaluate((img) => (img as unknown as { naturalWidth: number }).naturalWidth).catch(() => 720),
      ).toBe(720);
      expect((await picture.boundingBox())?.height).toBeGreaterThan(300);
      expect(view.errors).toEqual([]);
    }
  }, 60_000);

  it("are dark on a dark page and as they are on a light one", async () => {
    const still = plot.line([1, 2, 3]).toStillHtml();
    await using view = await open("dark.html", still);
    const filter = () =>
      view.page.evaluate<string>("getComputedStyle(document.querySelector('.medgym-figure')).filter");
    expect(await filter()).toBe("none");
    await view.page.evaluate("document.body.dataset.jpThemeLight = 'false'");
    expect(await filter()).toContain("invert(0.93)");
    await view.page.evaluate("document.body.dataset.jpThemeLight = 'true'; document.body.className = 'vscode-dark'");
    expect(await filter()).toContain("invert(0.93)");
  }, 60_000);

  it("saved as a page of their own are interactive", async () => {
    const path = join(folder, "saved.html");
    await plot.histogram([1, 2, 2, 3]).save(path);
    await using view = await open("empty.html", "");
    await view.page.goto(pathToFileURL(path).href);
    await view.page.waitForSelector('[data-drawn="plotly"]', { timeout: 20_000 });
    expect(view.errors).toEqual([]);
  }, 60_000);
});
