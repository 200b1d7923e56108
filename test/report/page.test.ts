// The page in a real browser: opens offline from a file, runs nothing but its own script, asks for nothing beyond itself.
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildReport } from '../../runtime/report/build.ts';
import { reportHtml } from '../../runtime/report/html.ts';
import { element, escape, table, words } from '../../runtime/report/page/markup.ts';
import type { Report } from '../../runtime/report/schema.ts';
import { usual } from './fixture-program.ts';
import { makeInput } from './fixture.ts';

const report = buildReport(makeInput()),
  html = reportHtml(report);
const hostile = '</script><script>document.title="owned"</script><img src=x onerror=alert(1)>"\'&\u2028';
const evil = makeInput({ ...usual, samples: 20, timed: 2 });
const evilReport = buildReport({
  ...evil,
  model: { ...evil.model, name: hostile, family: hostile },
  program: { ...evil.program, layers: evil.program.layers.map((name) => name + hostile), classes: evil.program.classes.map((name) => name + hostile) },
  passes: [{ name: hostile, lossless: false, notes: [hostile], saved: [] }],
  layers: [{ name: hostile, spikes: 1, neurons: 2 }],
  host: { [hostile]: hostile },
  faults: [{ code: 'R0000', severity: 'error', message: hostile, hint: hostile }],
});

it('names its style and script by their hashes and allows nothing else', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1],
    hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [style] = /(?<=<style>)[\s\S]*(?=<\/style>)/.exec(html)!,
    [script] = /(?<=<script>)[\s\S]*(?=<\/script>)/.exec(html)!;
  expect(policy.split('; ')).toEqual(["default-src 'none'", `style-src ${hash(style)}`, `script-src ${hash(script)}`, "base-uri 'none'", "form-action 'none'"]);
  expect(html).not.toMatch(/\son\w+="|\sstyle="|https?:\/\/(?!www\.w3\.org)|url\(|@import/);
});

it('carries the whole report, and no text of it can end the data or become markup', () => {
  const page = reportHtml(evilReport),
    data = /<script type="application\/json" id="report">([^<]*)<\/script>/.exec(page)![1];
  expect(JSON.parse(data) as Report).toEqual(JSON.parse(JSON.stringify(evilReport)));
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page.match(/<\/script>/g)).toHaveLength(2);
  expect(page).not.toContain('<img');
});

it('escapes text in elements and in attributes, numbers and classes included', () => {
  expect(element('p', { title: '"><script>', class: "a'b" }, escape('<b>&"'))).toBe('<p title="&#34;&#62;&#60;script&#62;" class="a&#39;b">&#60;b&#62;&#38;&#34;</p>');
  expect(table('<i>', ['<u>'], [[words('<s>')]])).not.toMatch(/<[ius]>/);
});

const found = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome.exe']
  .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
if (!found)
  console.warn(
    'SKIPPED: no Chromium on the PATH, so the report page was not opened in a browser. Install one (Debian: apt-get install chromium) to run these tests.',
  );

let browser: Browser | undefined;
const folder = mkdtempSync(join(tmpdir(), 'synfire-page-'));
beforeAll(async () => {
  if (found) browser = await chromium.launch({ executablePath: found, args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page from a file and hands it over with everything it said and asked for. */
async function open(markup: string, colorScheme: 'light' | 'dark' = 'light'): Promise<{ page: Page; said: string[]; asked: string[]; url: string }> {
  const file = join(folder, `${createHash('sha256').update(markup).digest('hex').slice(0, 12)}.html`),
    url = pathToFileURL(file).href,
    said: string[] = [],
    asked: string[] = [];
  writeFileSync(file, markup);
  const page = await browser!.newPage({ colorScheme, viewport: { width: 1280, height: 900 } });
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`thrown: ${error.message}`));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(url, { waitUntil: 'load' });
  return { page, said, asked, url };
}

it.skipIf(!found)('opens from a file without a word on the console and without a request beyond the file', async () => {
  const { page, said, asked, url } = await open(html);
  expect(await page.locator('h1').textContent()).toContain('spikformer-2-64-fashion');
  expect(await page.locator('#theme').isVisible()).toBe(true); // shown by the script alone: it ran
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await page.locator('svg .tile').count()).toBe(40);
  expect(said).toEqual([]);
  expect(asked).toEqual([url]);
});

it.skipIf(!found)('stays quiet and inert on hostile names', async () => {
  const { page, said, asked } = await open(reportHtml(evilReport));
  expect(await page.title()).toContain('synfire report');
  expect(await page.locator('img').count()).toBe(0);
  expect([said, asked.length]).toEqual([[], 1]);
});

it.skipIf(!found)('sorts a table by its number, recolours the cores, reads one and zooms', async () => {
  const { page, said } = await open(html),
    energies = page.locator('#energy table.sorts').first(),
    totals = async (): Promise<number[]> =>
      await energies.locator('tbody td:nth-child(2)').evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('data-sort'))));
  const before = await totals();
  await energies.locator('th button').nth(1).click();
  expect(await totals()).toEqual([...before].sort((a, b) => b - a));
  await energies.locator('th button').nth(1).click();
  expect(await totals()).toEqual([...before].sort((a, b) => a - b));
  await energies.locator('th button').first().click();
  expect(await totals()).toEqual(before);
  const fills = async (): Promise<string> => (await page.locator('.tile').evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute('class')))).join();
  const busy = await fills();
  await page.locator('button[data-metric=weight]').click();
  expect(await fills()).not.toBe(busy);
  await page.locator('button[data-metric=busy]').click();
  expect(await fills()).toBe(busy);
  await page.locator('.tile[data-core="8"]').hover();
  expect(await page.locator('.reading').textContent()).toMatch(/^Core 8 \(0, 1\): patch_embed\.rpe_conv\. 2 stages; weights/);
  expect(await page.locator('.tile.kin').count()).toBe(2);
  await page.locator('#chip .zoom button[title=nearer]').first().click();
  expect(await page.locator('#chip svg.map').first().getAttribute('viewBox')).toBe('160.00 160.00 480.00 480.00');
  await page.locator('#chip .zoom button[title=whole]').first().click();
  expect(await page.locator('#chip svg.map').first().getAttribute('viewBox')).toBe('0.00 0.00 800.00 800.00');
  expect(said).toEqual([]);
});

it.skipIf(!found)('turns dark with the system and light again by its button', async () => {
  const { page } = await open(html, 'dark'),
    paper = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
  expect(await paper()).toBe('rgb(20, 18, 16)');
  await page.locator('#theme').click();
  expect(await paper()).toBe('rgb(250, 247, 242)');
});

it.skipIf(!found)('fits a phone and a 64 x 64 mesh', async () => {
  const { page, said } = await open(reportHtml(buildReport(makeInput({ ...usual, samples: 20, timed: 3, mesh: [64, 64], blocks: 20, tiles: 27 }))));
  await page.setViewportSize({ width: 390, height: 800 });
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await page.locator('svg .tile').count()).toBe(3942);
  expect(said).toEqual([]);
});
