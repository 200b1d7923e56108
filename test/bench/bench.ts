// npm run bench: kernel and end-to-end figures as ratios to the calibration kernel of the same run. Nothing here can fail a build; goals are printed as met or not.
import { parseArgs } from 'node:util';
import { tableText } from '../../runtime/console/table.ts';
import type { Figure, Goal } from './figures.ts';
import { Yardstick, goal } from './figures.ts';
import { measureFashion, referenceAdditions } from './fashion.ts';
import type { Measurement } from './kernels.ts';
import { measureKernels } from './kernels.ts';
import { measureLarge } from './large.ts';
import type { Machine } from './machine.ts';
import { thisMachine } from './machine.ts';
import { measureRouters } from './routers.ts';

const usage = `npm run bench [-- OPTIONS]
  --json          one JSON value on stdout: {schemaVersion, machine, calibration, figures, goals}
  --kernels       kernels only
  --images N      images of each timed run on one thread (default 24)
  --large         Spikformer-8-512 too (some 1.5 GB of memory)
`;

const flag = { type: 'boolean', default: false } as const;
const { values: options } = parseArgs({ options: { json: flag, kernels: flag, large: flag, help: flag, images: { type: 'string', default: '24' } } });
const images = Number(options.images);

if (options.help || !(Number.isInteger(images) && images > 0)) process.stdout.write(usage);
else await measure();

async function measure(): Promise<void> {
  const machine = thisMachine(), kernels = measureKernels(), [calibration] = kernels, yardstick = new Yardstick(calibration.perSecond * 1e9);
  const figures: Figure[] = kernels.slice(1).map(({ name, unit, perSecond }) => yardstick.speed('kernels', name, perSecond * 1e9, unit)), goals: Goal[] = kernelGoals(kernels);
  if (!options.kernels) {
    for (const { figures: more, goals: ends } of [measureRouters(yardstick), await measureFashion(yardstick, images)]) { figures.push(...more); goals.push(...ends); }
    figures.push(...measureLarge(yardstick, '4-384', 32), ...(options.large ? measureLarge(yardstick, '8-512', 64) : []));
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, machine, calibration, figures, goals }, undefined, 2)}\n`);
  else print({ machine, calibration, figures, goals });
}

function kernelGoals(kernels: readonly Measurement[]): Goal[] {
  const called = (start: string): number => kernels.find(({ name }) => name.startsWith(start))!.ratio, crossbar = called('crossbar, 256'), plain = called('crossbar, plain');
  return [
    goal('crossbar: SOP per addition of the yardstick', crossbar, 3e9 / referenceAdditions, 'simulator.md section 9: 3 GSOP/s in TypeScript'),
    goal('crossbar against the plain loop', crossbar / plain, 3 / 0.7, 'simulator.md section 1: 3 GSOP/s where the naive loop gives 0.7'),
  ];
}

type Results = Readonly<{ machine: Machine; calibration: Measurement; figures: readonly Figure[]; goals: readonly Goal[] }>;

function print({ machine, calibration, figures, goals }: Results): void {
  const { cpu, threads, load, node, v8, commit } = machine;
  process.stdout.write(`${cpu}, ${threads} threads, load ${load.toFixed(1)}; Node ${node}, V8 ${v8}; commit ${commit}\n`);
  if (load > threads) process.stdout.write(`this machine is busy: what two workers gain, and the float reference, are not the code's alone\n`);
  process.stdout.write(`yardstick: ${calibration.name}, ${calibration.perSecond.toFixed(2)} billion additions/s. Ratios compare between machines, absolute values do not.\n\n`);
  for (const part of ['kernels', 'compiler', 'function', 'timing', 'float'] as const) {
    const rows = figures.filter((figure) => figure.part === part).map(({ name, value, unit, ratio, ratioUnit }) => [name, short(value), unit, short(ratio), ratioUnit]);
    if (rows.length > 0) process.stdout.write(`${tableText({ title: part, columns: ['what', 'value', 'unit', 'ratio', 'to the yardstick'], rows })}\n`);
  }
  process.stdout.write(tableText({ title: 'goals', columns: ['ratio', 'measured', 'goal', 'verdict', 'source'],
    rows: goals.map(({ name, ratio, least, verdict, source }) => [name, short(ratio), `>= ${short(least)}`, verdict, source]) }));
}

/** Three digits, thousands by letter. */
function short(value: number): string {
  const [divisor, letter] = value >= 1e9 ? [1e9, ' G'] : value >= 1e6 ? [1e6, ' M'] : value >= 1e4 ? [1e3, ' k'] : [1, ''];
  return `${Number((value / divisor).toPrecision(3))}${letter}`;
}
