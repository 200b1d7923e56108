// The native addon of tfjs-node from registry packages alone: the TensorFlow C library out of a Python wheel, the addon by one call of the C++ compiler.
// Its own install script wants a download that many networks refuse. Source: libraries.md section 2 ("the real engine from registry packages only").
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export const versions = { package: '@tensorflow/tfjs-node@4.22.0', wheel: 'tensorflow-cpu==2.15.1', headers: 'node-api-headers@1.9.0' } as const;

/** A sentence for the user, and what to do. tool: something to install first. */
export type Obstacle = Readonly<{ kind: 'tool' | 'step'; message: string; hint: string }>;
export type Tools = Readonly<{ python: string; compiler: string }>;

type Command = readonly [file: string, ...args: string[]];
/** Runs a command to its end; gives undefined, or the last lines that it wrote. */
function run([file, ...args]: Command, folder: string): string | undefined {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status === 0) return undefined;
  return error ? error.message : `${stderr.trim() || stdout.trim()}`.split('\n').slice(-6).join('\n') || `ended with code ${status}`;
}
const answers = (...command: Command): boolean => spawnSync(command[0], command.slice(1), { stdio: 'ignore' }).status === 0;

/** Finds what the build needs, or says everything that is missing. */
export function findTools(): Tools | readonly Obstacle[] {
  const missing: Obstacle[] = [];
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return [{ kind: 'tool', message: `the C library comes for Linux on x64; this is ${process.platform} on ${process.arch}`, hint: 'nothing to do: the float reference runs on the engine "wasm"' }];
  }
  const python = ['python3', 'python'].find((name) => answers(name, '-m', 'pip', '--version'));
  const compiler = [process.env['CXX'], 'g++', 'c++', 'clang++'].find((name) => name !== undefined && name !== '' && answers(name, '--version'));
  if (python === undefined) missing.push({ kind: 'tool', message: 'Python 3 with pip is missing (python3 -m pip does not run)', hint: 'Debian, Ubuntu: apt-get install python3-pip; Fedora: dnf install python3-pip' });
  if (compiler === undefined) missing.push({ kind: 'tool', message: 'a C++ compiler is missing (none of $CXX, g++, c++, clang++ runs)', hint: 'Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++' });
  return python === undefined || compiler === undefined ? missing : { python, compiler };
}

/** The project whose node_modules holds the packages: the clone itself, or the one that synfire is installed in. */
export function projectOf(root: string): string {
  const above = dirname(root);
  return basename(above) === 'node_modules' ? dirname(above) : root;
}

/**
 * Builds the addon into node_modules/@tensorflow/tfjs-node, which it fetches if it is not there. package.json and the lock file stay as they are. A build that fails leaves no half of it.
 * @param say one line for each step
 * Returns what is in the way, or undefined.
 */
export function buildAddon(project: string, { python, compiler }: Tools, say: (line: string) => void): Obstacle | undefined {
  const target = join(project, 'node_modules/@tensorflow/tfjs-node');
  if (!existsSync(join(target, 'package.json'))) {
    say(`fetching ${versions.package}`);
    const failed = run(['npm', 'install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', versions.package], project);
    if (failed !== undefined) return { kind: 'step', message: `npm could not install ${versions.package}: ${failed}`, hint: 'check the network and the npm registry, then run this again' };
  }
  const work = mkdtempSync(join(target, '.build-'));  // beside its goal: moving 600 MB is then a rename
  try {
    return build(target, work, python, compiler, say);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Members of the wheel that are needed, by the start of their names. */
const members = ['tensorflow/libtensorflow', 'tensorflow/include/tensorflow/c/', 'tensorflow/include/tensorflow/core/platform/ctstring', 'tensorflow/include/tsl/c/', 'tensorflow/include/tsl/platform/ctstring'];
const unzip = 'import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1]) as z:\n  for n in z.namelist():\n    if n.startswith(tuple(sys.argv[3:])): z.extract(n, sys.argv[2])\n';
const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

function build(target: string, work: string, python: string, compiler: string, say: (line: string) => void): Obstacle | undefined {
  const addon = join(work, 'tfjs_binding.node'), fetched = join(work, 'wheel'), includes = join(work, 'tensorflow/include');
  const wheel = (): string => join(fetched, readdirSync(fetched).find((name) => name.endsWith('.whl')) ?? 'no wheel');
  const steps: readonly Readonly<{ what: string; command: () => Command; hint: string }>[] = [
    { what: `fetching the C library (${versions.wheel}, about 200 MB)`, hint: 'check the network and pip\'s index, then run this again',
      // The wheel of one Python version stands for all: only the C library in it is used.
      command: () => [python, '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--python-version', '3.11', '--dest', fetched, versions.wheel] },
    { what: `fetching the Node-API headers (${versions.headers})`, hint: 'check the network and the npm registry, then run this again',
      command: () => ['npm', 'install', '--prefix', work, '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', versions.headers] },
    { what: 'unpacking', hint: 'is the disk full? about 1 GB is needed', command: () => [python, '-c', unzip, wheel(), work, ...members] },
    { what: 'compiling the addon', hint: 'a compiler that knows C++17 is needed: g++ 8 or later', command: () => [compiler, '-O2', '-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8',
      `-I${join(work, 'node_modules/node-api-headers/include')}`, `-I${includes}`, join(target, 'binding/tfjs_backend.cc'), join(target, 'binding/tfjs_binding.cc'), '-o', addon,
      `-L${join(work, 'tensorflow')}`, ...libraries.map((name) => `-l:${name}`), '-Wl,-rpath,$ORIGIN/../../deps/lib'] },
  ];
  for (const { what, command, hint } of steps) {
    say(what);
    const failed = run(command(), work);
    if (failed !== undefined) return { kind: 'step', message: `${what} failed: ${failed}`, hint };
  }
  const deps = join(target, 'deps/lib'), lib = join(target, `lib/napi-v${napiVersion(target)}`);
  for (const folder of [deps, lib]) mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(join(work, 'tensorflow')).filter((each) => each.includes('.so'))) renameSync(join(work, 'tensorflow', name), join(deps, name));
  cpSync(addon, join(lib, 'tfjs_binding.node'));
  return undefined;
}

/** The highest Node-API version that the package knows: where it looks for its addon. */
function napiVersion(target: string): number {
  const { binary } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as { binary?: { napi_versions?: readonly number[] } };
  return Math.max(...(binary?.napi_versions ?? [8]));
}
