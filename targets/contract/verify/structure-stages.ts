// Structure of one stage: ids, spans, array lengths and sizes of its own fields.
import type { Fault } from '../fault.ts';
import type { Attend, Gate, Plastic, Pool, Program, Readout, Region, Rule, Slide, Soma, Stage, Synapse } from '../program.ts';
import type { Pair } from '../units.ts';
import type { Check } from './numbers.ts';
import { checkHost } from './structure-host.ts';
import { choiceWrong, idWrong, lengthWrong } from '../faults.ts';
import { gateBits } from '../gate.ts';
import { positionsOf } from '../geometry.ts';
import { hostFunctionOf } from '../host/index.ts';
import { decayBits, plasticBits, plasticRows } from '../plastic.ts';
import { inputsOf, keepsState } from '../program.ts';
import { spanLength } from '../units.ts';
import { limits } from './limits.ts';

type Report = (fault: Fault) => void;
type Plan = Pick<Program, 'planes' | 'blocks' | 'stages' | 'layers' | 'steps'>;

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
  if (check.whole(`${part}.gather.groups`, gather.groups, 1, limits.planeElements)) {
    const even = (at: string, what: string, count: number) => { if (count % gather.groups !== 0) report(lengthWrong(at, what, `a multiple of its ${gather.groups} groups`, count)); };
    if (columns) even(`${part}.columns`, 'columns', spanLength(stage.columns));
    gather.from.forEach((region, i) => even(`${part}.gather.from[${i}].channels`, 'channels', spanLength(region.channels)));
  }
  if (gather.rows) checkRows(gather, gather.rows, part, check, report);
  if (!border || !columns) return;
  const width = spanLength(stage.columns), classes = border.sums.length / width;
  check.length(`${part}.border.classes`, 'classes, one per context', spanLength(stage.contexts), border.classes.length);
  if (!Number.isInteger(classes)) report(lengthWrong(`${part}.border.sums`, 'corrections', `a multiple of ${width}`, border.sums.length));
  else border.classes.every((each, i) => check.reference(`${part}.border.classes[${i}]`, 'class', each, classes));
}

/** Rows that a block holds: some of taps x channels, ascending, of one group. */
function checkRows({ groups, taps, from: [region] }: Synapse['gather'], rows: Uint32Array, part: string, check: Check, report: Report): void {
  if (groups !== 1) report(choiceWrong(`${part}.gather.groups`, '1, for the block holds some rows only', String(groups)));
  if (!check.some(`${part}.gather.rows`, 'rows', rows.length) || !region) return;
  const all = spanLength(taps) * spanLength(region.channels);
  rows.every((row, i) => check.whole(`${part}.gather.rows[${i}]`, row, i === 0 ? 0 : rows[i - 1] + 1, all - 1));
}

function checkSoma(stage: Soma, part: string, plan: Plan, check: Check, report: Report): void {
  const { rule, passes } = stage, state = keepsState(rule);
  stage.sums.forEach((sum, i) => check.reference(`${part}.sums[${i}]`, 'stage', sum, plan.stages.length));
  for (const name of ['spikes', 'current'] as const) if (stage[name]) check.region(`${part}.${name}`, stage[name], plan.planes);
  if (check.span(`${part}.columns`, stage.columns, limits.planeElements)) {
    const columns = spanLength(stage.columns);
    check.length(`${part}.bias`, 'biases, one per column', columns, stage.bias.length);
    if (stage.gain && stage.gain.length !== plan.steps * columns) check.length(`${part}.gain`, 'factors, one per column, or per step and column', columns, stage.gain.length);
    if (stage.gainShift !== undefined && check.whole(`${part}.gainShift`, stage.gainShift, 1, limits.gainShift) && !stage.gain) report(choiceWrong(`${part}.gainShift`, 'missing, for nothing is multiplied', String(stage.gainShift)));
    checkRule(rule, `${part}.rule`, columns, plan.steps, check, report);
    if (stage.plastic) checkPlastic(stage, stage.plastic, `${part}.plastic`, columns, plan, check, report);
  }
  if (!state) check.whole(`${part}.membraneBits`, stage.membraneBits, 0, 0);
  else if (!membraneWidths.includes(stage.membraneBits)) report(choiceWrong(`${part}.membraneBits`, membraneWidths.join(', '), String(stage.membraneBits)));
  if (rule.kind === 'pass' && stage.spikes) report(choiceWrong(`${part}.spikes`, 'missing, for a pass soma never fires', 'a region'));
  if (passes === 'membrane' && (rule.kind !== 'lif' || !stage.current)) report(choiceWrong(`${part}.passes`, 'sum or missing, where no membrane of a lif leaves as a current', passes));
  if (rule.kind !== 'pass' && !stage.spikes && passes !== 'membrane') report(choiceWrong(`${part}.spikes`, `a region, for a ${rule.kind} soma fires`, 'missing'));
  if (rule.kind === 'pass' && !stage.current) report(choiceWrong(`${part}.current`, 'a region, for a pass soma emits nothing else', 'missing'));
}

/** A matrix is taught by a leaky neuron, of one context. */
function checkPlastic(stage: Soma, plastic: Plastic, part: string, columns: number, plan: Plan, check: Check, report: Report): void {
  const { steps } = plan;
  if (stage.rule.kind !== 'lif') report(choiceWrong(part, 'missing, for only a lif soma teaches a matrix', 'a matrix'));
  if (check.whole(`${part}, contexts from`, stage.contexts.from, 0, 0)) check.whole(`${part}, contexts to`, stage.contexts.to, 1, 1);
  check.length(`${part}.write`, 'factors, one per element', plasticRows(plastic.from), plastic.write.length);
  check.length(`${part}.read`, 'factors, one per step and column', steps * columns, plastic.read.length);
  for (const name of ['slope', 'offset'] as const) check.length(`${part}.${name}`, 'numbers, one per column', columns, plastic[name].length);
  check.length(`${part}.fade`, 'factors, one per step', steps, plastic.fade.length);
  check.some(`${part}.table`, 'entries', plastic.table.length);
  for (const name of ['readBits', 'slopeBits', 'writeBits'] as const) check.whole(`${part}.${name}`, plastic[name], 0, limits.plasticShift);
  check.whole(`${part}.keep`, plastic.keep, 0, 2 ** decayBits);
  check.whole(`${part}.most`, plastic.most, 0, 2 ** 31 - 1);
  check.whole(`${part}.bound`, plastic.bound, 0, 2 ** plasticBits);
}

function checkRule(rule: Rule, part: string, columns: number, steps: number, check: Check, report: Report): void {
  switch (rule.kind) {
    case 'lif': {
      const [numerator, denominator] = rule.keep;
      check.length(`${part}.thresholds`, 'thresholds, one per column', columns, rule.thresholds.length);
      if (check.whole(`${part}.keep.denominator`, denominator, 1, limits.keepDenominator)) check.whole(`${part}.keep.numerator`, numerator, 0, denominator);
      check.whole(`${part}.fractionBits`, rule.fractionBits, 0, limits.fractionBits);
      return;
    }
    case 'ladder':
      if (!check.whole(`${part}.levels`, rule.levels, 1, 2 ** 16)) return;
      check.length(`${part}.strict`, 'marks, one per level', rule.levels, rule.strict.length);
      rule.strict.every((mark, level) => check.whole(`${part}.strict[${level}]`, mark, 0, 1));
      if (check.length(`${part}.thresholds`, 'thresholds, one per column and level', columns * rule.levels, rule.thresholds.length)) checkAscending(rule, part, report);
      return;
    case 'elastic':
      check.length(`${part}.thresholds`, 'thresholds, one per step and column', steps * columns, rule.thresholds.length);
      check.length(`${part}.keeps`, 'kept fractions, three per step', 3 * steps, rule.keeps.length);
      rule.keeps.every((keep, i) => check.whole(`${part}.keeps[${i}]`, keep, -limits.keep, limits.keep));
      check.whole(`${part}.keepBits`, rule.keepBits, 0, limits.keepBits);
      check.whole(`${part}.fractionBits`, rule.fractionBits, 0, limits.fractionBits);
      return;
    case 'mix': {
      check.length(`${part}.thresholds`, 'thresholds, one per step and column', steps * columns, rule.thresholds.length);
      if (!rule.weights || !check.length(`${part}.weights`, 'weights, one per pair of steps', steps * steps, rule.weights.length)) return;
      const ahead = rule.weights.findIndex((weight, i) => weight !== 0 && i % steps > Math.floor(i / steps));
      if (ahead >= 0) report(choiceWrong(`${part}.weights[${ahead}]`, `0, for step ${Math.floor(ahead / steps)} knows nothing of step ${ahead % steps}`, String(rule.weights[ahead])));
      return;
    }
    case 'pass': return;
  }
}

/** Thresholds of a column may be equal, never fall; the first that does is reported. */
function checkAscending({ levels, thresholds }: Extract<Rule, { kind: 'ladder' }>, part: string, report: Report): void {
  const at = thresholds.findIndex((threshold, i) => i % levels > 0 && threshold < thresholds[i - 1]);
  if (at >= 0) report(choiceWrong(`${part}.thresholds[${at}]`, `at least ${thresholds[at - 1]}, the threshold of the level below`, String(thresholds[at])));
}

function checkAttend(stage: Attend, part: string, steps: number, check: Check, report: Report): void {
  const { form, width } = stage, heads = check.span(`${part}.heads`, stage.heads, limits.planeElements), columns = check.span(`${part}.columns`, stage.columns, limits.planeElements);
  const widths = axes.map((axis) => check.whole(`${part}.width[${axis}]`, width[axis], 1, limits.planeElements)).every(Boolean);
  check.whole(`${part}.counterBits`, stage.counterBits, 1, form === 'gate' ? gateBits : form === 'qk' ? limits.planeElements : limits.sumBits);
  check.whole(`${part}.sumBits`, stage.sumBits, 1, limits.sumBits);
  if (check.whole(`${part}.contexts.from`, stage.contexts.from, 0, 0)) check.whole(`${part}.fills`, stage.fills, 1, stage.contexts.to - 1);  // one read at least
  const isMatrix = form === 'matrix', isGate = form === 'gate', clear = form === 'hamming' || isGate ? 'sample' : isMatrix || form === 'qk' ? 'step' : stage.clear;
  if ((stage.gate !== undefined) !== isGate) report(choiceWrong(`${part}.gate`, isGate ? 'a gate' : 'missing', stage.gate ? 'a gate' : 'missing'));
  if (stage.gate) checkGate(stage, stage.gate, part, steps, check, report);
  if ((stage.value === undefined) !== (isMatrix || isGate)) report(choiceWrong(`${part}.value`, isMatrix || isGate ? `missing, for a ${form} holds keys only` : 'a region', stage.value ? 'a region' : 'missing'));
  if ((stage.store !== undefined) !== isMatrix) report(choiceWrong(`${part}.store`, isMatrix ? 'rows or columns' : 'missing, for counters are filled by rows', stage.store ?? 'missing'));
  if (stage.clear !== clear) report(choiceWrong(`${part}.clear`, clear, stage.clear));
  if (!heads || !columns || !widths) return;
  const count = spanLength(stage.heads), channels = (name: string, region: Region | undefined, each: number): void => {
    if (region) check.length(`${part}.${name}.channels`, 'channels', count * each, spanLength(region.channels));
  };
  check.length(`${part}.columns`, 'columns', count * width[1], spanLength(stage.columns));
  channels('query', stage.query, isGate ? width[1] : width[0]);
  channels('key', stage.key, isGate || stage.store === 'rows' ? width[1] : width[0]);
  channels('value', stage.value, width[1]);
  if (stage.store) check.length(`${part}.fills`, `positions to store, one per ${stage.store === 'rows' ? 'row' : 'column'} of a head`, width[stage.store === 'rows' ? 0 : 1], stage.fills);
}

/** One head over one plane; tables of matching sizes, of whole numbers that a double holds, thresholds that never fall. */
function checkGate({ heads, width, query, key, columns, fills, contexts }: Attend, gate: Gate, part: string, steps: number, check: Check, report: Report): void {
  const at = `${part}.gate`, hidden = gate.firstBias.length, same = (a: Region, b: Region) => a.plane === b.plane && a.channels.from === b.channels.from && a.channels.to === b.channels.to;
  if (spanLength(heads) !== 1 || width[0] !== 1) report(choiceWrong(`${part}.heads`, 'one head of key width 1', `${spanLength(heads)} of ${width[0]}`));
  if (!same(query, key)) report(choiceWrong(`${part}.query`, 'the channels that the key reads', 'others'));
  check.length(`${part}.fills`, 'positions to weigh, as many as are answered', spanLength(contexts) - fills, fills);
  check.some(at, 'hidden values', hidden);
  check.some(`${at}.thresholds`, 'levels', gate.thresholds.length);
  const sizes = { share: spanLength(columns), first: hidden * steps, second: hidden * steps, secondBias: steps } as const;
  for (const name of ['share', 'first', 'second', 'secondBias'] as const) check.length(`${at}.${name}`, 'entries', sizes[name], gate[name].length);
  for (const name of ['firstBias', 'secondBias', 'thresholds'] as const) {
    const odd = gate[name].find((value) => !Number.isSafeInteger(value)), falls = name === 'thresholds' ? gate[name].findIndex((value, i) => i > 0 && value < gate[name][i - 1]) : -1;
    if (odd !== undefined) report(choiceWrong(`${at}.${name}`, 'whole numbers below 2^53', String(odd)));
    else if (falls >= 0) report(choiceWrong(`${at}.thresholds[${falls}]`, `at least ${gate.thresholds[falls - 1]}, the threshold of the level below`, String(gate.thresholds[falls])));
  }
}

function checkPool(stage: Pool, part: string, check: Check, planes: Program['planes'], report: Report): void {
  const { over } = stage;
  check.some(`${part}.from`, 'regions', stage.from.length);
  if (over.kind !== 'planes') check.length(`${part}.from`, 'regions', 1, stage.from.length);
  check.region(`${part}.out`, stage.out, planes);
  switch (over.kind) {
    case 'window': if (checkSlide(`${part}.over`, over, over.outGrid, check)) check.span(`${part}.contexts`, stage.contexts, positionsOf(over.outGrid)); return;
    case 'tokens': check.span(`${part}.contexts`, stage.contexts, 1); return;
    case 'heads': check.whole(`${part}.over.width`, over.width, 1, limits.planeElements); return;
    case 'head':
      check.whole(`${part}.over.width`, over.width, 1, limits.planeElements);
      axes.forEach((axis) => check.whole(`${part}.over.window[${axis}]`, over.window[axis], 1, limits.planeElements)
        && check.whole(`${part}.over.padding[${axis}]`, over.padding[axis], 0, over.window[axis] - 1));
      return;
    case 'stretch': {
      const sizes = (['factor', 'outGrid'] as const).flatMap((name) => axes.map((axis) => check.whole(`${part}.over.${name}[${axis}]`, over[name][axis], 1, limits.planeElements)));
      const fine = sizes.every(Boolean) && check.size(`${part}.over.outGrid`, 'positions', positionsOf(over.outGrid), limits.planeElements);
      if (fine) check.span(`${part}.contexts`, stage.contexts, positionsOf(over.outGrid));
      if (stage.op === 'and' || stage.op === 'xor') report(choiceWrong(`${part}.op`, 'or, max or sum, for a stretch repeats values', stage.op));
      return;
    }
    case 'planes': return;
  }
}

const inputNames = { host: 'from', synapse: 'gather.from', soma: 'adds', pool: 'from', add: 'from', readout: 'from', source: 'from' } as const;
/** How the fields of the contract name an input of a stage. */
export const inputPart = (stage: Stage, input: number): string => (stage.kind === 'soma' && input >= stage.adds.length ? `stages[${stage.id}].plastic.from` : stage.kind === 'attend' ? `stages[${stage.id}].${['query', 'key', 'value'][input]}`
  : `stages[${stage.id}].${inputNames[stage.kind]}${stage.kind === 'readout' ? '' : `[${input}]`}`);

function checkReadout(stage: Readout, part: string, steps: number, check: Check): void {
  check.length(`${part}.bias`, 'biases, one per channel', spanLength(stage.from.channels), stage.bias.length);
  check.size(`${part}.output`, 'characters', stage.output.length, limits.nameLength);
  if (stage.stepWeights) check.length(`${part}.stepWeights`, 'factors, one per step', steps, stage.stepWeights.length);
}

export function checkStage(stage: Stage, index: number, plan: Plan, check: Check, report: Report): void {
  const part = `stages[${index}]`;
  if (stage.id !== index) { report(idWrong(`${part}.id`, index, stage.id)); return; }
  check.reference(`${part}.layer`, 'layer', stage.layer, plan.layers.length);
  if (!check.span(`${part}.contexts`, stage.contexts, 2 * limits.planeElements)) return;
  if (!inputsOf(stage).map((region: Region, input) => check.region(inputPart(stage, input), region, plan.planes)).every(Boolean)) return;
  switch (stage.kind) {
    case 'synapse': checkSynapse(stage, part, plan, check, report); return;
    case 'soma': checkSoma(stage, part, plan, check, report); return;
    case 'attend': checkAttend(stage, part, plan.steps, check, report); return;
    case 'pool': checkPool(stage, part, check, plan.planes, report); return;
    case 'add':
      for (const name of ['from', 'out'] as const) check.some(`${part}.${name}`, 'regions', stage[name].length);
      check.size(`${part}.out`, 'planes', stage.out.length, limits.shift);
      stage.out.forEach((region, i) => check.region(`${part}.out[${i}]`, region, plan.planes));
      return;
    case 'source': check.region(`${part}.out`, stage.out, plan.planes); return;
    case 'readout': checkReadout(stage, part, plan.steps, check); return;
    case 'host': checkHost(stage, part, plan, check, report);
  }
}

/** What finding this stage's needs costs: positions its contexts look at, and the planes it looks into. */
export function visitsOf(stage: Stage, plan: Pick<Program, 'planes'>): number {
  const contexts = spanLength(stage.contexts), grids = inputsOf(stage).map((region) => positionsOf(plan.planes[region.plane].grid));
  const each = stage.kind === 'synapse' ? spanLength(stage.gather.taps)
    : stage.kind === 'host' ? (hostFunctionOf(stage.compute).operands.includes('tokens') ? Math.max(...grids) : 1)
    : stage.kind !== 'pool' ? 1
    : stage.over.kind === 'window' ? positionsOf(stage.over.window) : stage.over.kind === 'head' ? stage.over.window[0] : stage.over.kind === 'tokens' ? grids[0] : 1;
  return grids.reduce((sum, grid) => sum + grid + contexts * each, 0);
}
