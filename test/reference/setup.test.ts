import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { projectOf } from '../../runtime/reference/build-addon.ts';
import { openEngine } from '../../runtime/reference/engines.ts';

const root = dirname(createRequire(import.meta.url).resolve('synfire/package.json')), script = join(root, 'dist/runtime/reference/setup-tfjs-node.js');
const isBuilt = (await openEngine('node')).ok;

/** A PATH with nothing on it but what is given: name -> whether it answers. */
function pathOf(tools: Readonly<Record<string, boolean>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'synfire-path-'));
  symlinkSync(process.execPath, join(folder, 'node'));
  for (const [name, answers] of Object.entries(tools)) {
    writeFileSync(join(folder, name), `#!/bin/sh\nexit ${answers ? 0 : 1}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}
const setUp = (PATH: string) => spawnSync(process.execPath, [script], { encoding: 'utf8', env: { PATH }, cwd: tmpdir() });

// Where the addon is there already, the script has nothing to look for.
it.skipIf(isBuilt || process.platform !== 'linux' || process.arch !== 'x64')('names every tool that is missing, says how to get it, ends with 2 and fetches nothing', () => {
  const bare = setUp(pathOf({})), noPip = setUp(pathOf({ python3: false, 'g++': true })), noCompiler = setUp(pathOf({ python3: true }));
  expect([bare.status, noPip.status, noCompiler.status]).toEqual([2, 2, 2]);
  expect(bare.stderr).toMatch(/pip is missing[^]*python3-pip[^]*C\+\+ compiler is missing[^]*apt-get install g\+\+/);
  expect(noPip.stderr).toMatch(/pip is missing/);
  expect(noPip.stderr).not.toMatch(/compiler is missing/);
  expect(noCompiler.stderr).toMatch(/compiler is missing/);
  expect(noCompiler.stderr).not.toMatch(/pip is missing/);
  for (const { stderr, stdout } of [bare, noPip, noCompiler]) {
    expect(stderr).not.toMatch(/fetching|\n\s+at /);
    expect(stdout).toBe('');
  }
});

it.skipIf(isBuilt || process.platform !== 'linux' || process.arch !== 'x64')('says which step failed, ends with 1 and leaves no half-built addon', () => {
  const failing = pathOf({ 'g++': true });
  writeFileSync(join(failing, 'python3'), '#!/bin/sh\ncase "$*" in *--version) exit 0;; *) echo "no route to the index" >&2; exit 1;; esac\n');
  chmodSync(join(failing, 'python3'), 0o755);
  const { status, stderr } = setUp(failing), folder = join(root, 'node_modules/@tensorflow/tfjs-node');
  if (!existsSync(folder)) return expect(stderr).toMatch(/npm could not install/);  // there is no npm on that PATH
  expect(stderr).toMatch(/fetching the C library .* failed: no route to the index/);
  expect([status, existsSync(join(folder, 'lib/napi-v8')), existsSync(join(folder, 'deps/lib'))]).toEqual([1, false, false]);
});

it.runIf(isBuilt)('does nothing where the engine works already', () => {
  expect(setUp(process.env['PATH'] ?? '')).toMatchObject({ status: 0, stderr: expect.stringMatching(/^tfjs-node 4\.22\.0 \(TensorFlow [\d.]+\) works already\n$/) });
});

it('puts the package where synfire itself lies: in a clone, or in the project that installed it', () => {
  expect(projectOf(join('/clones', 'synfire'))).toBe(join('/clones', 'synfire'));
  expect(projectOf(join('/project', 'node_modules', 'synfire'))).toBe('/project');
});
