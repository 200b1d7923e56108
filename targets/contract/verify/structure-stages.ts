// Structure of one stage: ids, spans, array lengths and sizes of its own fields.
import type { Fault } from '../fault.ts';
import type { Attend, Pool, Program, Region, Slide, Soma, Stage, Synapse } from '../program.ts';
import type { Pair } from '../units.ts';
import type { Check } from './numbers.ts';
import { choiceWrong, idWrong, lengthWrong } from '../faults.ts';
import { positionsOf } from '../geometry.ts';
import { inputsOf } from '../program.ts';
import { spanLength } from '../units.ts';
import { limits } from './limits.ts';

type Report = (fault: Fault) => void;
type Plan = Pick<Program, 'planes' | 'blocks' | 'stages' | 'layers'>;

const axes = [0, 1] as const;
const membraneWidths: readonly number[] = [8, 16, 24, 32];

/** Window at least 1, padding less than it (so that no window lies wholly outside), areas bounded. */
function checkSlide(part: string, slide: Slide, outGrid: Pair, check: Check): boolean {
  const fine = axes.map((axis) => check.whole(`${part}.window[${axis}]`, slide.window[axis], 1, limits.planeElements)
    && check.whole(`${part}.padding[${axis}]`, slide.padding[axis], 0, slide.window[axis] - 1));
  fine.push(...axes.map((axis) => check.whole(`${part}.stride[${axis}]`, slide.stride[axis], 1, limits.planeElements)),
    ...axes.map((axis) => check.whole(`${part}.outGrid[${axis}]`, outGrid[axis], 1, limits.planeElements)));
  return fine.every(Boolean) && check.size(`${part}.window`, 'taps', positionsOf(slide.window), limits.planeElements) && check.size(`${part}.outGrid`, 'positions', positionsOf(outGrid), limits.planeElements);
}

function checkSynapse(stage: Synapse, part: string, plan: Plan, check: Check, report: Report): void {
  const { gather, border } = stage, columns = check.span(`${part}.columns`, stage.columns, limits.planeElements);
  check.reference(`${part}.block`, 'block', stage.block, plan.blocks.length);
  if (stage.after !== undefined) check.reference(`${part}.after`, 'stage', stage.after, plan.stages.length);
  check.whole(`${part}.sumBits`, stage.sumBits, 1, limits.sumBits);
  if (checkSlide(`${part}.gather`, gather, gather.outGrid, check)) {
    check.span(`${part}.gather.taps`, gather.taps, positionsOf(gather.window));
    check.span(`${part}.contexts`, stage.contexts, positionsOf(gather.outGrid));
  }
  check.some(`${part}.gather.from`, 'regions', gather.from.length);
  check.length(`${part}.gather.shifts`, 'shifts, one per region', gather.from.length, gather.shifts.length);
  gather.shifts.forEach((shift, i) => check.whole(`${part}.gather.shifts[${i}]`, shift, 0, limits.shift));
  if (!border || !columns) return;
  const width = spanLength(stage.columns), classes = border.sums.length / width;
  check.length(`${part}.border.classes`, 'classes, one per context', spanLength(stage.contexts), border.classes.length);
  if (!Number.isInteger(classes)) report(lengthWrong(`${part}.border.sums`, 'corrections', `a multiple of ${width}`, border.sums.length));
  else border.classes.every((each, i) => check.reference(`${part}.border.classes[${i}]`, 'class', each, classes));
}

function checkSoma(stage: Soma, part: string, plan: Plan, check: Check, report: Report): void {
  stage.sums.forEach((sum, i) => check.reference(`${part}.sums[${i}]`, 'stage', sum, plan.stages.length));
  check.some(part, 'inputs', stage.sums.length + stage.adds.length);
  for (const name of ['spikes', 'current'] as const) if (stage[name]) check.region(`${part}.${name}`, stage[name], plan.planes);
  if (check.span(`${part}.columns`, stage.columns, limits.planeElements)) {
    check.length(`${part}.bias`, 'biases, one per column', spanLength(stage.columns), stage.bias.length);
    if (stage.rule.kind === 'lif') check.length(`${part}.rule.thresholds`, 'thresholds, one per column', spanLength(stage.columns), stage.rule.thresholds.length);
  }
  if (stage.rule.kind === 'lif') {
    const [numerator, denominator] = stage.rule.keep;
    if (check.whole(`${part}.rule.keep.denominator`, denominator, 1, limits.keepDenominator)) check.whole(`${part}.rule.keep.numerator`, numerator, 0, denominator);
    if (!membraneWidths.includes(stage.membraneBits)) report(choiceWrong(`${part}.membraneBits`, membraneWidths.join(', '), String(stage.membraneBits)));
    if (!stage.spikes) report(choiceWrong(`${part}.spikes`, 'a region, for a lif soma fires', 'missing'));
    return;
  }
  check.whole(`${part}.membraneBits`, stage.membraneBits, 0, 0);
  if (stage.spikes) report(choiceWrong(`${part}.spikes`, 'missing, for a pass soma never fires', 'a region'));
  if (!stage.current) report(choiceWrong(`${part}.current`, 'a region, for a pass soma emits nothing else', 'missing'));
}

function checkAttend(stage: Attend, part: string, check: Check): void {
  const heads = check.span(`${part}.heads`, stage.heads, limits.planeElements), columns = check.span(`${part}.columns`, stage.columns, limits.planeElements);
  const widths = axes.map((axis) => check.whole(`${part}.width[${axis}]`, stage.width[axis], 1, limits.planeElements)).every(Boolean);
  check.whole(`${part}.counterBits`, stage.counterBits, 1, limits.sumBits);
  check.whole(`${part}.sumBits`, stage.sumBits, 1, limits.sumBits);
  check.whole(`${part}.contexts.from`, stage.contexts.from, 0, 0);
  check.whole(`${part}.contexts (fill and read)`, spanLength(stage.contexts) % 2, 0, 0);
  if (!heads || !columns || !widths) return;
  const count = spanLength(stage.heads);
  check.length(`${part}.columns`, 'columns', count * stage.width[1], spanLength(stage.columns));
  for (const [name, width] of [['query', stage.width[0]], ['key', stage.width[0]], ['value', stage.width[1]]] as const) {
    const region = stage[name];
    if (region) check.length(`${part}.${name}.channels`, 'channels', count * width, spanLength(region.channels));
  }
}

function checkPool(stage: Pool, part: string, check: Check, planes: Program['planes']): void {
  const { over } = stage;
  check.some(`${part}.from`, 'regions', stage.from.length);
  if (over.kind !== 'planes') check.length(`${part}.from`, 'regions', 1, stage.from.length);
  check.region(`${part}.out`, stage.out, planes);
  if (over.kind === 'window' && checkSlide(`${part}.over`, over, over.outGrid, check)) check.span(`${part}.contexts`, stage.contexts, positionsOf(over.outGrid));
  if (over.kind === 'tokens') check.span(`${part}.contexts`, stage.contexts, 1);
  if (over.kind === 'head') {
    check.whole(`${part}.over.width`, over.width, 1, limits.planeElements);
    axes.forEach((axis) => check.whole(`${part}.over.window[${axis}]`, over.window[axis], 1, limits.planeElements) && check.whole(`${part}.over.padding[${axis}]`, over.padding[axis], 0, over.window[axis] - 1));
  }
}

const inputNames = { synapse: 'gather.from', soma: 'adds', pool: 'from', add: 'from', readout: 'from', source: 'from' } as const;
/** How the fields of the contract name an input of a stage. */
export const inputPart = (stage: Stage, input: number): string => (stage.kind === 'attend' ? `stages[${stage.id}].${['query', 'key', 'value'][input]}`
  : `stages[${stage.id}].${inputNames[stage.kind]}${stage.kind === 'readout' ? '' : `[${input}]`}`);

export function checkStage(stage: Stage, index: number, plan: Plan, check: Check, report: Report): void {
  const part = `stages[${index}]`;
  if (stage.id !== index) { report(idWrong(`${part}.id`, index, stage.id)); return; }
  check.reference(`${part}.layer`, 'layer', stage.layer, plan.layers.length);
  if (!check.span(`${part}.contexts`, stage.contexts, 2 * limits.planeElements)) return;
  if (!inputsOf(stage).map((region: Region, input) => check.region(inputPart(stage, input), region, plan.planes)).every(Boolean)) return;
  switch (stage.kind) {
    case 'synapse': checkSynapse(stage, part, plan, check, report); return;
    case 'soma': checkSoma(stage, part, plan, check, report); return;
    case 'attend': checkAttend(stage, part, check); return;
    case 'pool': checkPool(stage, part, check, plan.planes); return;
    case 'add':
      for (const name of ['from', 'out'] as const) check.some(`${part}.${name}`, 'regions', stage[name].length);
      check.size(`${part}.out`, 'planes', stage.out.length, limits.shift);
      stage.out.forEach((region, i) => check.region(`${part}.out[${i}]`, region, plan.planes));
      return;
    case 'source': check.region(`${part}.out`, stage.out, plan.planes); return;
    case 'readout':
      check.length(`${part}.bias`, 'biases, one per channel', spanLength(stage.from.channels), stage.bias.length);
      check.size(`${part}.output`, 'characters', stage.output.length, limits.nameLength);
  }
}

/** What finding this stage's needs costs: positions its contexts look at, and the planes it looks into. */
export function visitsOf(stage: Stage, plan: Pick<Program, 'planes'>): number {
  const contexts = spanLength(stage.contexts), grids = inputsOf(stage).map((region) => positionsOf(plan.planes[region.plane].grid));
  const each = stage.kind === 'synapse' ? spanLength(stage.gather.taps)
    : stage.kind !== 'pool' || stage.over.kind === 'planes' ? 1
    : stage.over.kind === 'window' ? positionsOf(stage.over.window) : stage.over.kind === 'head' ? stage.over.window[0] : grids[0];
  return grids.reduce((sum, grid) => sum + grid + contexts * each, 0);
}
