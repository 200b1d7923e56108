// Bytes that the stages of each core need, by memory, added up again from the program; declared footprints must be these and must fit.
//   weights   each distinct block once, at the target's weight width; plastic matrices, 16 bits an entry
//   state     membranes, or the inputs that are mixed later; sums kept over a sample, at the last tile's proved width in whole bytes
//   buffers   for each edge into the core: a region's positions x channels x bits x banks; a chain's slots; nothing where accumulators are registers or the host keeps what comes
//   counters  heads x key width x value width; for hamming also the sums of the values, and of the rows, which are wider; for a gate a sum and a level per step
//   tables    24-bit biases, thresholds (32 of a mix), weights of steps, gains and kept fractions, a bit a level for its comparator, 32-bit readout biases and step weights, border corrections and classes, factors and tanh of plastic matrices, 4 bytes a route
import type { Memory } from '../ledger.ts';
import type { Attend, CoreImage, Edge, Footprint, Rule, Stage } from '../program.ts';
import type { Findings } from './findings.ts';
import type { Survey } from './survey.ts';
import { footprintWrong, memoryFull } from '../faults.ts';
import { carrierBits, inputsOf, mixBits, outputsOf, storedValues } from '../program.ts';
import { gateCounterBits, gateTableBits } from '../gate.ts';
import { plasticBytes, plasticTableBits } from '../plastic.ts';
import { overlap, spanLength, unionLength } from '../units.ts';
import { indexBits } from '../work.ts';
import { readoutBits, tableBits } from './limits.ts';
import { fillsOf } from './range-sums.ts';

type Part = keyof Footprint;
const memoryOf: Readonly<Record<Part, Memory>> = { weights: 'weight', state: 'state', buffers: 'axon', counters: 'counter', tables: 'table' };
const parts = Object.keys(memoryOf) as readonly Part[];
const routeBytes = 4;

const toBytes = (bits: number): number => Math.ceil(bits / 8);

function bufferBytes(edge: Edge, { program }: Survey): number {
  const { window } = edge, from = program.stages[edge.from], to = program.stages[edge.to], output = outputsOf(from)[edge.output];
  if (window.kind === 'local' || to.kind === 'host') return 0;
  if (output === 'sums') {
    const sends = from.kind === 'synapse' || from.kind === 'attend' ? spanLength(from.columns) * from.sumBits : 0;
    return window.kind === 'slots' ? toBytes(window.contexts * sends) : 0;
  }
  const channels = unionLength(inputsOf(to).filter((region) => region.plane === output.plane).map((region) => overlap(region.channels, output.channels)));
  return window.kind === 'region' ? toBytes(window.banks * spanLength(edge.positions) * channels * carrierBits(program.planes[output.plane].carrier)) : 0;
}

function stateBytes(stage: Stage, { program }: Survey): number {
  if (stage.kind !== 'soma') return 0;
  const values = spanLength(stage.contexts) * spanLength(stage.columns);
  const kept = stage.sums.reduce((bytes, id) => { const sum = program.stages[id]; return bytes + (sum.kind === 'synapse' && sum.evaluate === 'sample' ? toBytes(sum.sumBits) : 0); }, 0);
  return values * ((stage.membraneBits / 8) * storedValues(stage.rule, program.steps) + kept);
}

function tableBytes(stage: Stage): number {
  switch (stage.kind) {
    case 'synapse': return stage.border ? stage.border.sums.length * toBytes(tableBits) + stage.border.classes.length : 0;
    case 'soma': return (stage.bias.length + (stage.gain?.length ?? 0)) * toBytes(tableBits) + ruleBytes(stage.rule) + (stage.plastic ? toBytes(plasticTableBits(stage.plastic)) : 0);
    case 'readout': return (stage.bias.length + (stage.stepWeights?.length ?? 0)) * toBytes(readoutBits);
    case 'attend': return stage.gate ? toBytes(gateTableBits(stage.gate)) : 0;
    case 'pool': case 'add': case 'source': case 'host': return 0;
  }
}

function ruleBytes(rule: Rule): number {
  switch (rule.kind) {
    case 'lif': return rule.thresholds.length * toBytes(tableBits);
    case 'ladder': return rule.thresholds.length * toBytes(tableBits) + toBytes(rule.levels);
    case 'elastic': return (rule.thresholds.length + rule.keeps.length) * toBytes(tableBits);
    case 'mix': return rule.thresholds.length * toBytes(mixBits) + (rule.weights?.length ?? 0) * toBytes(tableBits);
    case 'pass': return 0;
  }
}

/** s, the sum of the values, has the range of a counter; 1^T A that of a column of counters (operators.md theorem 9). */
function counterBytes(stage: Attend, { program }: Survey): number {
  if (stage.gate) return toBytes(gateCounterBits(stage, program.steps));
  if (stage.form === 'qk') return toBytes(spanLength(stage.heads) * stage.fills * stage.counterBits);
  const [rows, width] = stage.width, sums = stage.form === 'hamming' ? stage.counterBits + indexBits(rows * fillsOf(stage, program.steps) + 1) : 0;
  return toBytes(spanLength(stage.heads) * width * (rows * stage.counterBits + sums));
}

/** Footprint of one core image. edgesInto, routesFrom: bytes of buffers, and routes, by stage. */
function footprintOf(image: CoreImage, survey: Survey, edgesInto: Float64Array, routesFrom: Int32Array): Record<Part, number> {
  const { program, arch } = survey, blocks = new Set<number>(), total: Record<Part, number> = { weights: 0, state: 0, buffers: 0, counters: 0, tables: 0 };
  for (const id of image.stages) {
    const stage = program.stages[id];
    if (stage.kind === 'synapse') blocks.add(stage.block);
    if (stage.kind === 'soma') total.weights += plasticBytes(stage);
    if (stage.kind === 'attend') total.counters += counterBytes(stage, survey);
    total.state += stateBytes(stage, survey);
    total.buffers += edgesInto[id];
    total.tables += tableBytes(stage) + routesFrom[id] * routeBytes;
  }
  for (const block of blocks) total.weights += toBytes(program.blocks[block].rows * program.blocks[block].columns * arch.core.weightBits);
  return total;
}

/** T2163, T2164. Needs edges that checkEdges accepts. */
export function checkFootprints(survey: Survey, findings: Findings): void {
  const { program, arch } = survey, edgesInto = new Float64Array(program.stages.length), routesFrom = new Int32Array(program.stages.length);
  for (const edge of program.edges) edgesInto[edge.to] += bufferBytes(edge, survey);
  for (const route of program.routes) routesFrom[route.from]++;
  program.cores.forEach((image, i) => {
    const needed = footprintOf(image, survey, edgesInto, routesFrom);
    for (const part of parts) {
      const at = `cores[${i}].footprint.${part}`, limit = arch.memories[memoryOf[part]].bytes;
      if (needed[part] !== image.footprint[part]) findings.report(footprintWrong(at, needed[part], image.footprint[part]));
      if (needed[part] > limit) findings.report(memoryFull(at, memoryOf[part], needed[part], limit));
    }
  });
}
