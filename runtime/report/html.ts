// The page: one file that opens offline. Style and script are named by their hashes; nothing else may run, load or connect.
import { createHash } from 'node:crypto';
import { answerSection, trustSection } from './page/answer-figure.ts';
import { chipSection } from './page/chip-figure.ts';
import { energySection } from './page/energy-figure.ts';
import { cards, header, warnings } from './page/headline.ts';
import { element, escape } from './page/markup.ts';
import { script } from './page/script.ts';
import { sourceSection } from './page/source-tables.ts';
import { breakEvenSection, spikeSection } from './page/spike-figure.ts';
import { style } from './page/style.ts';
import { timeSection } from './page/time-figure.ts';
import type { Report } from './schema.ts';

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
/** What the page may do: its own style and script, by hash, and nothing besides. */
export const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
const sections = [
  ['chip', 'Chip'],
  ['energy', 'Energy'],
  ['time', 'Time'],
  ['spikes', 'Spikes'],
  ['answers', 'Answers'],
  ['break-even', 'Break-even'],
  ['trust', 'Trust'],
  ['sources', 'Sources'],
] as const;
/** The page from top to bottom. */
const parts = [cards, warnings, chipSection, energySection, timeSection, spikeSection, answerSection, breakEvenSection, trustSection, sourceSection];
/** A closing tag inside a string would end the data block; `<` is never needed in JSON. */
const data = (report: Report): string => JSON.stringify(report).replaceAll('<', '\\u003c');

/**
 * The report as one self-contained HTML page, the report value inside it (`<script type="application/json" id="report">`).
 * Deterministic; no request beyond the file; readable without script, in light and dark, on paper.
 */
export function reportHtml(report: Report): string {
  const links = sections.map(([id, name]) => element('a', { href: `#${id}` }, name));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(`${report.model.name} on ${report.target.name}: synfire report`)}</title>
<style>${style}</style>
</head>
<body>
${header(report)}
<nav aria-label="Parts"><div>${links.join('')}<button type="button" id="theme" hidden>light / dark</button></div></nav>
<main>
${parts.map((part) => part(report)).join('\n')}
</main>
<footer>Report version ${report.schemaVersion}, digest ${escape(report.digest.slice(0, 16))}. The whole report is inside this page as JSON.</footer>
<script type="application/json" id="report">${data(report)}</script>
<script>${script}</script>
</body>
</html>
`;
}
