// Script of `npm run setup:tfjs-node`: brings up the float engine "node", once. Exit codes: 0 it works, 1 a step failed, 2 a tool is missing.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Obstacle } from './build-addon.ts';
import { buildAddon, findTools, projectOf, versions } from './build-addon.ts';
import { openEngine } from './engines.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Loads the engine in a process of its own: what fails to load once stays unloaded in a process. line: its label, or why it does not work. */
function checkApart(): Readonly<{ works: boolean; line: string }> {
  const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--check'], { encoding: 'utf8' });
  return { works: status === 0, line: stdout.trim() || `loading it ended the process (${status ?? 'signal'})` };
}

async function check(): Promise<number> {
  const engine = await openEngine('node');
  process.stdout.write(`${engine.ok ? engine.value.label : engine.faults[0].message}\n`);
  return engine.ok ? 0 : 1;
}

function stop(obstacles: readonly Obstacle[]): number {
  for (const { message, hint } of obstacles) say(`error: ${message}\n  hint: ${hint}`);
  say('without it the float reference runs on the engine "wasm"');
  return obstacles.some(({ kind }) => kind === 'tool') ? 2 : 1;
}

function setUp(): number {
  const before = checkApart();
  if (before.works) {
    say(`${before.line} works already`);
    return 0;
  }
  const tools = findTools();
  if (!('python' in tools)) return stop(tools);
  const obstacle = buildAddon(projectOf(dirname(createRequire(import.meta.url).resolve('synfire/package.json'))), tools, say);
  if (obstacle) return stop([obstacle]);
  const after = checkApart();
  if (!after.works) return stop([{ kind: 'step', message: `the addon was built, but does not work: ${after.line}`, hint: `remove node_modules/${versions.package.split('@4')[0]} and run this again` }]);
  say(`${after.line} works; \`npm ci\` removes it, and this script brings it back`);
  return 0;
}

process.exitCode = process.argv.includes('--check') ? await check() : setUp();
