// Range proofs, made again from the weights: every sum, current, count and membrane fits its declared width, and every sum on its way fits the accumulator.
// Bounds are interval sums per column: negative and positive weights apart, each times what an input can be worth. No run can leave them, whatever the order of additions.
import { plasticBits, plasticReach, plasticReachBits } from '../plastic.ts';
import type { HostStage, Plastic, Pool, Readout, Rule, Soma, Source, Stage } from '../program.ts';
import type { Findings } from './findings.ts';
import type { Interval } from './intervals.ts';
import type { Proof } from './proof.ts';
import type { Survey } from './survey.ts';
import { accumulatorTooWide, countTooLarge, membraneTooWide, tableTooWide, thresholdWrong } from '../faults.ts';
import { positionsOf } from '../geometry.ts';
import { keepsState, mixBits } from '../program.ts';
import { spanLength } from '../units.ts';
import { addMaximum, carrierMaximum } from './inputs.ts';
import { filled, holds, hullOf, part as columnsOf, plus, times, zeros } from './intervals.ts';
import { membraneBounds, potentialsOf } from './membranes.ts';
import { readoutBits, tableBits, updateBits } from './limits.ts';
import { readOf, writeCurrent } from './proof.ts';
import { checkBlocks, proveAttend, proveSynapse } from './range-sums.ts';

function checkTable(part: string, values: Int32Array | undefined, findings: Findings): void {
  const wide = values?.find((value) => !holds(tableBits, value, value));
  if (wide !== undefined) findings.report(tableTooWide(part, tableBits, wide));
}

/** Table widths and least thresholds (1, or 0 where a neuron fires only above it); whether the membrane can be bounded. */
function checkSomaTables({ id, bias, gain, rule }: Soma, findings: Findings): boolean {
  const part = `stages[${id}]`, at = `${part}.rule.thresholds`;
  checkTable(`${part}.bias`, bias, findings);
  checkTable(`${part}.gain`, gain, findings);
  if (rule.kind === 'pass') return false;
  if (rule.kind === 'mix') { checkTable(`${part}.rule.weights`, rule.weights, findings); return true; }
  checkTable(at, rule.thresholds, findings);
  if (rule.kind === 'ladder') return false;
  const least = rule.kind === 'lif' && rule.fires === '>=' ? 1 : 0, low = rule.thresholds.find((threshold) => threshold < least);
  if (low !== undefined) findings.report(thresholdWrong(at, least, low));
  return low === undefined;
}

/** Products with the gain; those that are then rounded are held as wide as a soma computes. */
function multiplied({ id, gainShift = 0 }: Soma, gain: Int32Array, sums: Interval, findings: Findings): Interval {
  const products = times(sums, gain), [low, high] = hullOf(products), half = (value: number): number => Math.floor(value / 2 ** gainShift + 0.5);
  if (gainShift === 0) return products;
  if (!holds(updateBits, low, high)) findings.report(accumulatorTooWide(`stages[${id}].gain`, updateBits, low, high));
  return { low: products.low.map(half), high: products.high.map(half) };
}

/** The learning engine computes exactly: nothing that it meets is beyond a double, factors fit their tables, and an entry its 16 bits. @param potential largest membrane before its reset */
function provePlastic({ id }: Soma, plastic: Plastic, potential: number, { survey: { program }, findings }: Proof): void {
  const part = `stages[${id}].plastic`, reach = plasticReach(plastic, carrierMaximum(program.planes[plastic.from.plane].carrier), potential);
  for (const name of ['read', 'slope', 'write', 'fade'] as const) checkTable(`${part}.${name}`, plastic[name], findings);
  if (!holds(plasticBits, -plastic.bound, plastic.bound)) findings.report(tableTooWide(`${part}.bound`, plasticBits, plastic.bound));
  const level = plastic.table.find((value) => !holds(8, value, value));
  if (level !== undefined) findings.report(tableTooWide(`${part}.table`, 8, level));
  if (!(reach <= 2 ** plasticReachBits)) findings.report(accumulatorTooWide(part, plasticReachBits + 1, -reach, reach));
}

/** Sums, their gain, currents, the bias, what a plastic matrix adds, in this order. */
function proveSoma(stage: Soma, proof: Proof): void {
  const { survey: { program, arch }, findings, sums } = proof, part = `stages[${stage.id}]`, columns = spanLength(stage.columns), { rule, gain } = stage;
  let current = zeros(columns), least = 0, greatest = 0;
  const become = (bounds: Interval): void => {
    current = bounds;
    const [low, high] = hullOf(current);
    least = Math.min(least, low);
    greatest = Math.max(greatest, high);
  };
  for (const sum of stage.sums) become(plus(current, sums.get(sum) ?? zeros(columns)));
  if (gain) become(multiplied(stage, gain, current, findings));
  for (const region of stage.adds) become(plus(current, readOf(region, proof)));
  become(plus(current, { low: Float64Array.from(stage.bias), high: Float64Array.from(stage.bias) }));
  if (stage.plastic) become({ low: current.low.map((each) => each - stage.plastic!.most), high: current.high.map((each) => each + stage.plastic!.most) });
  if (!holds(arch.core.accumulatorBits, least, greatest)) findings.report(accumulatorTooWide(part, arch.core.accumulatorBits, least, greatest));
  if (checkSomaTables(stage, findings) && (rule.kind === 'lif' || rule.kind === 'elastic')) {
    const { stored: [low, high], before: [below, above] } = membraneBounds(rule, current, program.steps), unit = 2 ** rule.fractionBits;
    if (keepsState(rule) && !holds(stage.membraneBits, low, high)) findings.report(membraneTooWide(`${part}.membraneBits`, stage.membraneBits, low, high));
    if (stage.plastic && rule.kind === 'lif') provePlastic(stage, stage.plastic, Math.max(-(below + least * unit), above + greatest * unit), proof);
    if (!holds(updateBits, below + least * unit, above + greatest * unit)) findings.report(accumulatorTooWide(part, updateBits, below + least * unit, above + greatest * unit));
  }
  if (rule.kind === 'mix') proveMix(stage, rule, current, proof);
  if (stage.current) writeCurrent(stage.current, rule.kind === 'lif' && stage.passes === 'membrane' ? potentialsOf(rule, current, program.steps) : current, `${part}.current`, proof);
}

/** What is kept are inputs; their weighed sum may lack any of its terms on the way. */
function proveMix(stage: Soma, rule: Extract<Rule, { kind: 'mix' }>, current: Interval, { survey: { program: { steps } }, findings }: Proof): void {
  const part = `stages[${stage.id}]`, [low, high] = hullOf(current);
  if (keepsState(rule) && !holds(stage.membraneBits, low, high)) findings.report(membraneTooWide(`${part}.membraneBits`, stage.membraneBits, low, high));
  if (!rule.weights) return;
  for (let step = 0; step < steps; step++) {
    let least = 0, most = 0;
    for (let past = 0; past <= step; past++) { const weight = rule.weights[step * steps + past]; least += Math.min(0, weight * low, weight * high); most += Math.max(0, weight * low, weight * high); }
    if (holds(mixBits, least, most)) continue;
    findings.report(accumulatorTooWide(part, mixBits, least, most));
    return;
  }
}

/** How many elements of one input one result of a pool combines. */
function poolSize({ over, from: [first] }: Pool, { survey: { program } }: Proof): number {
  switch (over.kind) {
    case 'window': return positionsOf(over.window);
    case 'head': return over.window[0] * over.window[1];
    case 'tokens': return positionsOf(program.planes[first.plane].grid);
    case 'heads': return over.width;
    case 'stretch': case 'planes': return 1;
  }
}

/** Bounds of one input by the channels of the output, whichever of its elements comes: a window over channels may bring any channel to any other, a run of channels shares one. */
function alignedTo(stage: Pool, bounds: Interval): Interval {
  const columns = spanLength(stage.out.channels), { over } = stage, result = zeros(columns), run = columns / bounds.low.length;
  for (let column = 0; column < columns; column++) {
    const seen = over.kind === 'head' ? bounds : over.kind === 'heads' ? columnsOf(bounds, column * over.width, over.width) : columnsOf(bounds, Math.floor(column / run), 1);
    [result.low[column], result.high[column]] = hullOf(seen);
  }
  return result;
}

function provePool(stage: Pool, proof: Proof): void {
  const { survey: { program }, findings } = proof, { carrier } = program.planes[stage.out.plane], size = poolSize(stage, proof), isSum = stage.op === 'sum' && stage.over.kind !== 'stretch';
  if (carrier.as === 'count') {
    const maxima = stage.from.map((region) => carrierMaximum(program.planes[region.plane].carrier));
    const high = isSum ? size * maxima.reduce((sum, each) => sum + each, 0) : Math.max(...maxima);
    if (high > carrier.max) findings.report(countTooLarge(`stages[${stage.id}].out`, carrier.max, high));
  }
  if (carrier.as !== 'current') return;
  const read = stage.from.map((region) => alignedTo(stage, readOf(region, proof)));
  const bounds = read.reduce((a, b) => (isSum ? plus(a, b) : { low: a.low.map((each, i) => Math.max(each, b.low[i])), high: a.high.map((each, i) => Math.max(each, b.high[i])) }));
  const grown = isSum ? size : 1;  // a window at the border combines fewer, at least one
  writeCurrent(stage.out, { low: bounds.low.map((each) => Math.min(each, each * grown)), high: bounds.high.map((each) => Math.max(each, each * grown)) }, `stages[${stage.id}].out`, proof);
}

/** What comes from outside may be anything that its plane carries. */
function proveSource({ id, out }: Source, proof: Proof): void {
  const { carrier } = proof.survey.program.planes[out.plane];
  if (carrier.as === 'current') writeCurrent(out, filled(spanLength(out.channels), -(2 ** (carrier.bits - 1)), 2 ** (carrier.bits - 1) - 1), `stages[${id}].out`, proof);
}

/** Results are 32-bit on the host: sums over the steps (weighted) and contexts that are not kept apart. */
function proveReadout(stage: Readout, proof: Proof): void {
  const { survey: { program: { steps } }, findings, results } = proof, { keeps, stepWeights } = stage, [low, high] = hullOf(readOf(stage.from, proof));
  const factors = Array.from({ length: steps }, (_, step) => Math.abs(stepWeights ? stepWeights[step] : 1));
  const factor = keeps.steps ? factors.reduce((a, b) => Math.max(a, b)) : factors.reduce((a, b) => a + b);
  const bias = stage.bias.reduce((most, each) => Math.max(most, Math.abs(each)), 0), most = Math.max(-low, high) * factor * (keeps.positions ? 1 : spanLength(stage.contexts)) + bias;
  const before = results.get(stage.output) ?? 0, total = keeps.positions ? Math.max(before, most) : before + most;
  results.set(stage.output, total);
  if (!holds(readoutBits, -total, total)) findings.report(accumulatorTooWide(`stages[${stage.id}]`, readoutBits, -total, total));
}

/** The host clamps its results. */
function rangeOf({ range }: HostStage): Interval {
  const channels = range.length / 2;
  return { low: Float64Array.from(range.subarray(0, channels)), high: Float64Array.from(range.subarray(channels)) };
}

function prove(stage: Stage, proof: Proof): void {
  switch (stage.kind) {
    case 'synapse': proveSynapse(stage, proof); return;
    case 'attend': proveAttend(stage, proof); return;
    case 'soma': proveSoma(stage, proof); return;
    case 'pool': provePool(stage, proof); return;
    case 'readout': proveReadout(stage, proof); return;
    case 'add': {
      const { survey: { program }, findings } = proof, high = addMaximum(stage, program.planes), [first] = stage.out, { carrier } = program.planes[first.plane];
      const most = stage.out.length > 1 ? 2 ** stage.out.length - 1 : carrierMaximum(carrier);
      if (high > most) findings.report(countTooLarge(`stages[${stage.id}].out`, most, high));
      return;
    }
    case 'source': proveSource(stage, proof); return;
    case 'host': writeCurrent(stage.out, rangeOf(stage), `stages[${stage.id}].out`, proof); return;
  }
}

/** T2130 .. T2138. Needs stages in topological order and consistent (checkOrder, checkStages). */
export function checkRanges(survey: Survey, findings: Findings): void {
  const proof: Proof = { survey, findings, blocks: new Map(), sums: new Map(), planes: new Map(), written: new Map(), results: new Map() };
  checkBlocks(proof);
  for (const stage of survey.program.stages) prove(stage, proof);
}
