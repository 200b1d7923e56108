// Range proofs, made again from the weights: every sum, current, count and membrane fits its declared width, and every sum on its way fits the accumulator.
// Bounds are interval sums per column: negative and positive weights apart, each times the most that an input can be worth. No run can leave them, whatever the order of additions.
import type { Attend, Pool, Readout, Region, Soma, Stage, Synapse } from '../program.ts';
import type { BlockId, PlaneId, StageId } from '../units.ts';
import type { Findings } from './findings.ts';
import type { Interval } from './intervals.ts';
import type { Survey } from './survey.ts';
import { accumulatorTooWide, counterTooWide, countTooLarge, currentTooWide, membraneTooWide, sumTooWide, tableTooWide, thresholdWrong, weightTooWide } from '../faults.ts';
import { positionsOf } from '../geometry.ts';
import { spanLength } from '../units.ts';
import { addMaximum, carrierMaximum, rowMaximum } from './inputs.ts';
import { holds, hullOf, part as columnsOf, plus, zeros } from './intervals.ts';
import { membraneBounds } from './membranes.ts';
import { readoutBits, tableBits, updateBits } from './limits.ts';

/** What is proved so far; stages are visited in order, so that a reader finds its producers. */
type Proof = Readonly<{ survey: Survey; findings: Findings; blocks: Map<BlockId, Interval>; sums: Map<StageId, Interval>; planes: Map<PlaneId, Interval>; results: Map<string, number> }>;

/** Sums of the negative and of the positive weights of each column. */
function blockParts(id: BlockId, { survey, findings, blocks }: Proof): Interval {
  const found = blocks.get(id);
  if (found) return found;
  const { data, rows, columns } = survey.program.blocks[id], parts = zeros(columns), { weightBits } = survey.arch.core;
  for (let row = 0, at = 0; row < rows; row++) for (let column = 0; column < columns; column++, at++) (data[at] < 0 ? parts.low : parts.high)[column] += data[at];
  const worst = data.find((weight) => !holds(weightBits, weight, weight));
  if (worst !== undefined) findings.report(weightTooWide(`blocks[${id}].data`, weightBits, worst));
  blocks.set(id, parts);
  return parts;
}

/** Bounds of the border corrections of each column over all classes. */
function borderParts(stage: Synapse, { findings }: Proof): Interval {
  const columns = spanLength(stage.columns), { sums } = stage.border!, bounds: Interval = { low: new Float64Array(columns).fill(Infinity), high: new Float64Array(columns).fill(-Infinity) };
  sums.forEach((sum, i) => {
    bounds.low[i % columns] = Math.min(bounds.low[i % columns], sum);
    bounds.high[i % columns] = Math.max(bounds.high[i % columns], sum);
  });
  const worst = sums.find((sum) => !holds(tableBits, sum, sum));
  if (worst !== undefined) findings.report(tableTooWide(`stages[${stage.id}].border.sums`, tableBits, worst));
  return bounds;
}

function proveSums(part: string, bits: number, leaving: Interval, onTheWay: Interval, { survey, findings }: Proof): void {
  const [low, high] = hullOf(leaving), [least, greatest] = hullOf(onTheWay), { accumulatorBits } = survey.arch.core;
  if (!holds(bits, low, high)) findings.report(sumTooWide(`${part}.sumBits`, bits, low, high));
  if (!holds(accumulatorBits, least, greatest)) findings.report(accumulatorTooWide(part, accumulatorBits, least, greatest));
}

/** Own rows, then what came before, then the border; on the way each may be there without the others. */
function proveSynapse(stage: Synapse, proof: Proof): void {
  const most = rowMaximum(stage.gather, proof.survey), block = blockParts(stage.block, proof), columns = spanLength(stage.columns);
  const own: Interval = { low: block.low.map((sum) => sum * most), high: block.high.map((sum) => sum * most) };
  const before = (stage.after === undefined ? undefined : proof.sums.get(stage.after)) ?? zeros(columns), added = stage.border ? borderParts(stage, proof) : zeros(columns);
  const leaving = plus(plus(own, before), added);
  const reach = ({ low, high }: Interval): Interval => ({ low: low.map((each) => Math.min(0, each)), high: high.map((each) => Math.max(0, each)) });
  proof.sums.set(stage.id, leaving);
  proveSums(`stages[${stage.id}]`, stage.sumBits, leaving, plus(plus(own, reach(before)), reach(added)), proof);
}

/** A counter rises once a token; a read adds one counter for each key channel of its head. Neither is ever negative, so that sumBits may be an unsigned width. */
function proveAttend(stage: Attend, { survey, findings, sums }: Proof): void {
  const part = `stages[${stage.id}]`, tokens = stage.fills, high = tokens * stage.width[0], bounds = zeros(spanLength(stage.columns));
  bounds.high.fill(high);
  sums.set(stage.id, bounds);
  if (tokens > 2 ** stage.counterBits - 1) findings.report(counterTooWide(`${part}.counterBits`, stage.counterBits, tokens));
  if (high > 2 ** stage.sumBits - 1) findings.report(sumTooWide(`${part}.sumBits`, stage.sumBits, 0, high));
  if (!holds(survey.arch.core.accumulatorBits, 0, high)) findings.report(accumulatorTooWide(part, survey.arch.core.accumulatorBits, 0, high));
}

const readOf = (region: Region, { planes }: Proof): Interval => columnsOf(planes.get(region.plane) ?? zeros(region.channels.to), region.channels.from, spanLength(region.channels));

/** Joins the bounds of what a stage writes into those of its plane, and holds them against the carrier. */
function writeCurrent(region: Region, bounds: Interval, at: string, { survey, findings, planes }: Proof): void {
  const { channels, carrier } = survey.program.planes[region.plane], [low, high] = hullOf(bounds);
  if (carrier.as !== 'current') return;
  if (!holds(carrier.bits, low, high)) findings.report(currentTooWide(at, carrier.bits, low, high));
  const plane = planes.get(region.plane) ?? { low: new Float64Array(channels).fill(Infinity), high: new Float64Array(channels).fill(-Infinity) };
  for (let i = 0; i < bounds.low.length; i++) {
    const channel = region.channels.from + i;
    plane.low[channel] = Math.min(plane.low[channel], bounds.low[i]);
    plane.high[channel] = Math.max(plane.high[channel], bounds.high[i]);
  }
  planes.set(region.plane, plane);
}

/** Thresholds of at least 1, table widths; whether the membrane can be bounded. */
function checkSomaTables(stage: Soma, findings: Findings): boolean {
  const part = `stages[${stage.id}]`, wide = stage.bias.find((bias) => !holds(tableBits, bias, bias));
  if (wide !== undefined) findings.report(tableTooWide(`${part}.bias`, tableBits, wide));
  if (stage.rule.kind === 'pass') return false;
  const low = stage.rule.thresholds.find((threshold) => threshold < 1), high = stage.rule.thresholds.find((threshold) => !holds(tableBits, threshold, threshold));
  if (low !== undefined) findings.report(thresholdWrong(`${part}.rule.thresholds`, low));
  if (high !== undefined) findings.report(tableTooWide(`${part}.rule.thresholds`, tableBits, high));
  return low === undefined;
}

function proveSoma(stage: Soma, proof: Proof): void {
  const { survey: { program, arch }, findings, sums } = proof, part = `stages[${stage.id}]`, columns = spanLength(stage.columns);
  const arriving = [...stage.sums.map((sum) => sums.get(sum) ?? zeros(columns)), ...stage.adds.map((region) => readOf(region, proof)),
    { low: Float64Array.from(stage.bias), high: Float64Array.from(stage.bias) }];
  let current = zeros(columns), least = 0, greatest = 0;
  for (const bounds of arriving) {
    current = plus(current, bounds);
    const [low, high] = hullOf(current);
    least = Math.min(least, low);
    greatest = Math.max(greatest, high);
  }
  if (!holds(arch.core.accumulatorBits, least, greatest)) findings.report(accumulatorTooWide(part, arch.core.accumulatorBits, least, greatest));
  if (checkSomaTables(stage, findings) && stage.rule.kind === 'lif') {
    const [low, high] = membraneBounds(stage.rule, current, program.steps);
    if (!holds(stage.membraneBits, low, high)) findings.report(membraneTooWide(`${part}.membraneBits`, stage.membraneBits, low, high));
    if (!holds(updateBits, low + least, high + greatest)) findings.report(accumulatorTooWide(part, updateBits, low + least, high + greatest));
  }
  if (stage.current) writeCurrent(stage.current, current, `${part}.current`, proof);
}

/** How many elements one result of a pool combines. */
function poolSize(stage: Pool, { survey: { program } }: Proof): number {
  const { over } = stage;
  return over.kind === 'window' ? positionsOf(over.window) : over.kind === 'head' ? over.window[0] * over.window[1] : over.kind === 'tokens' ? positionsOf(program.planes[stage.from[0].plane].grid) : 1;
}

function provePool(stage: Pool, proof: Proof): void {
  const { survey: { program }, findings } = proof, { carrier } = program.planes[stage.out.plane], size = poolSize(stage, proof);
  if (carrier.as === 'count') {
    const maxima = stage.from.map((region) => carrierMaximum(program.planes[region.plane].carrier));
    const high = stage.op === 'sum' ? size * maxima.reduce((sum, each) => sum + each, 0) : Math.max(...maxima);
    if (high > carrier.max) findings.report(countTooLarge(`stages[${stage.id}].out`, carrier.max, high));
  }
  if (carrier.as !== 'current') return;
  const inputs = stage.from.map((region) => readOf(region, proof)), columns = spanLength(stage.out.channels);
  const spread = (bounds: Interval): Interval => {  // a window over channels may bring any channel to any other
    const [low, high] = hullOf(bounds);
    return { low: new Float64Array(columns).fill(low), high: new Float64Array(columns).fill(high) };
  };
  const read = stage.over.kind === 'head' ? inputs.map(spread) : inputs;
  const bounds = read.reduce((a, b) => (stage.op === 'sum' ? plus(a, b) : { low: a.low.map((each, i) => Math.max(each, b.low[i])), high: a.high.map((each, i) => Math.max(each, b.high[i])) }));
  const grown = stage.op === 'sum' ? size : 1;  // a window at the border combines fewer, at least one
  writeCurrent(stage.out, { low: bounds.low.map((each) => Math.min(each, each * grown)), high: bounds.high.map((each) => Math.max(each, each * grown)) }, `stages[${stage.id}].out`, proof);
}

/** Results are 32-bit on the host: sums over all steps and contexts. */
function proveReadout(stage: Readout, proof: Proof): void {
  const { survey: { program }, findings, results } = proof, { carrier } = program.planes[stage.from.plane], bounds = readOf(stage.from, proof), [low, high] = carrier.as === 'current' ? hullOf(bounds) : [0, carrierMaximum(carrier)];
  const bias = stage.bias.reduce((most, each) => Math.max(most, Math.abs(each)), 0), most = Math.max(-low, high) * program.steps * spanLength(stage.contexts) + bias;
  const total = (results.get(stage.output) ?? 0) + most;
  results.set(stage.output, total);
  if (!holds(readoutBits, -total, total)) findings.report(accumulatorTooWide(`stages[${stage.id}]`, readoutBits, -total, total));
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
    case 'source': return;
  }
}

/** T2130 .. T2138. Needs stages in topological order and consistent (checkOrder, checkStages). */
export function checkRanges(survey: Survey, findings: Findings): void {
  const proof: Proof = { survey, findings, blocks: new Map(), sums: new Map(), planes: new Map(), results: new Map() };
  for (const stage of survey.program.stages) prove(stage, proof);
}
