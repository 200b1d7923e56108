// A second, slow reading of the contract: dense planes, one value at a time. What the engine must equal in every value and count.
import type { Pair } from '../../targets/contract/units.ts';
import type { Add, Pool, Program, Readout, Region, Rule, Soma, Source, Synapse } from '../../targets/contract/program.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { attendSlowly } from './reference-attend.ts';

export type Inputs = ReadonlyMap<string, Uint8Array | Int32Array>;
export type Reference = Readonly<{ values: (plane: number) => number[]; outputs: ReadonlyMap<string, number[]>; totals: ReadonlyMap<EventKind, number> }>;
/** What the stages of the reference share. read and write: channels from the region's first. Sums are keyed by (stage, step, context, column). */
export type Machine = Readonly<{ program: Program; read: (region: Region, step: number, position: number, channel: number) => number; sums: Map<string, number>;
  count: (kind: EventKind, n: number) => void }>;

type Dense = { steps: number; positions: number; channels: number; grid: Pair; data: Map<number, number> };
const length = ({ from, to }: { from: number; to: number }): number => to - from;

/** Runs a program on chips whose sums are exact. */
export function evaluateProgram(program: Program, inputs: Inputs): Reference {
  const planes = program.planes.map((plane): Dense => ({ steps: plane.per === 'sample' ? 1 : program.steps, positions: plane.grid[0] * plane.grid[1], channels: plane.channels,
    grid: plane.grid, data: new Map() }));
  const sums = new Map<string, number>(), totals = new Map<EventKind, number>(), outputs = new Map<string, number[]>();
  const count = (kind: EventKind, n: number): void => { totals.set(kind, (totals.get(kind) ?? 0) + n); };
  const key = (plane: Dense, step: number, position: number, channel: number): number => ((plane.steps === 1 ? 0 : step) * plane.positions + position) * plane.channels + channel;
  const read = (region: Region, step: number, position: number, channel: number): number => planes[region.plane].data.get(key(planes[region.plane], step, position,
    region.channels.from + channel)) ?? 0;
  const write = (region: Region, step: number, position: number, channel: number, value: number): void => { planes[region.plane].data.set(key(planes[region.plane], step,
    position, region.channels.from + channel), value); };
  const sumOf = (stage: number, step: number, context: number, column: number): number => sums.get(`${stage}/${step}/${context}/${column}`) ?? 0;

  const synapse = (stage: Synapse, step: number): void => {
    const { gather } = stage, block = program.blocks[stage.block], channels = length(gather.from[0].channels), columns = length(stage.columns),
      { grid } = planes[gather.from[0].plane];
    const carriers = gather.from.map(({ plane }) => program.planes[plane]), perGroup = columns / gather.groups;
    const dense = carriers.some(({ carrier, per }) => carrier.as === 'current' || (carrier.as === 'pixel' && per === 'sample'));
    const kind: EventKind = dense ? 'mac' : carriers.length === 1 && carriers[0].carrier.as === 'spike' && gather.shifts[0] === 0 ? 'sopBinary' : 'sopGraded';
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) {
      const own = new Array<number>(columns).fill(0);
      for (let tap = gather.taps.from; tap < gather.taps.to; tap++) {
        const y = Math.floor(context / gather.outGrid[1]) * gather.stride[0] - gather.padding[0] + Math.floor(tap / gather.window[1]),
          x = (context % gather.outGrid[1]) * gather.stride[1] - gather.padding[1] + (tap % gather.window[1]);
        if (y < 0 || x < 0 || y >= grid[0] || x >= grid[1]) continue;
        for (let channel = 0; channel < channels; channel++) {
          const values = gather.from.map((region, i) => read(region, step, y * grid[1] + x, channel) * 2 ** gather.shifts[i]), row = (tap - gather.taps.from) * channels + channel;
          for (let column = 0; column < columns; column++) {
            if (Math.floor(column / perGroup) !== Math.floor(channel / (channels / gather.groups))) continue;
            values.forEach((value) => { own[column] += value * block.data[row * perGroup + (column % perGroup)]; });
            count(kind, dense ? 1 : values.reduce((total, value) => total + Math.abs(value), 0));
          }
        }
      }
      own.forEach((sum, column) => {
        const border = stage.border ? stage.border.sums[stage.border.classes[context - stage.contexts.from] * columns + column] : 0;
        sums.set(`${stage.id}/${step}/${context}/${stage.columns.from + column}`, sum + border + (stage.after === undefined ? 0 : sumOf(stage.after, step, context,
          stage.columns.from + column)));
      });
    }
  };

  const soma = (stage: Soma): void => {
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) for (let column = 0; column < length(stage.columns); column++) {
      const neuron = neuronOf(stage.rule, column, length(stage.columns), program.steps, count);
      for (let step = 0; step < program.steps; step++) {
        let current = 0;
        for (const id of stage.sums) { const from = program.stages[id]; current += sumOf(id, from.kind === 'synapse' && from.evaluate === 'sample' ? 0 : step, context,
          stage.columns.from + column); }
        if (stage.gain) { current *= stage.gain[stage.gain.length > length(stage.columns) ? step * length(stage.columns) + column : column]; count('mac', 1); }
        for (const region of stage.adds) current += read(region, step, context, column);
        current += stage.bias[column];
        if (stage.current) write(stage.current, step, context, column, current);
        if (!neuron) continue;
        const spike = neuron(current, step);
        count('update', 1);
        count('crossing', Number(spike !== 0));
        if (!stage.spikes) continue;
        count('spike', Math.abs(spike));
        write(stage.spikes, step, context, column, spike);
      }
    }
  };

  const pool = (stage: Pool, step: number): void => {
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) for (let channel = 0; channel < length(stage.out.channels); channel++) {
      const seen = joinedBy(stage, context, channel).map(([region, position, from]) => read(region, step, position, from));
      if (stage.over.kind !== 'stretch' && !(stage.over.kind === 'planes' && stage.from.length === 1)) count('compare', seen.length);
      write(stage.out, step, context, channel, seen.reduce((a, b) => (stage.op === 'or' ? Number(a + b > 0) : stage.op === 'and' ? a * b : stage.op === 'xor' ? (a + b) % 2
        : stage.op === 'max' ? Math.max(a, b) : a + b)));
    }
  };

  /** Region, position and channel of all elements that one output element joins. */
  const joinedBy = ({ over, from, out }: Pool, context: number, channel: number): (readonly [Region, number, number])[] => {
    const [front] = from, { grid, positions } = planes[front.plane], seen: (readonly [Region, number, number])[] = [];
    switch (over.kind) {
      case 'planes': return from.map((region) => [region, planes[region.plane].positions === 1 ? 0 : context,
        Math.floor(channel * length(region.channels) / length(out.channels))]);
      case 'tokens': return Array.from({ length: length(front.positions) }, (_, n) => [front, front.positions.from + n, channel]);
      case 'heads': return Array.from({ length: over.width }, (_, inner) => [front, positions === 1 ? 0 : context, channel * over.width + inner]);
      case 'stretch': {
        for (let position = 0; position < positions; position++) for (let dy = 0; dy < over.factor[0]; dy++) for (let dx = 0; dx < over.factor[1]; dx++) {
          const y = Math.floor(position / grid[1]) * over.factor[0] + dy, x = (position % grid[1]) * over.factor[1] + dx;
          if (x < over.outGrid[1] && y * over.outGrid[1] + x === context) seen.push([front, position, channel]);
        }
        return seen;
      }
      case 'window': case 'head': for (let dy = 0; dy < over.window[0]; dy++) for (let dx = 0; dx < over.window[1]; dx++) {
        if (over.kind === 'window') {
          const y = Math.floor(context / over.outGrid[1]) * over.stride[0] - over.padding[0] + dy, x = (context % over.outGrid[1]) * over.stride[1] - over.padding[1] + dx;
          if (y >= 0 && x >= 0 && y < grid[0] && x < grid[1]) seen.push([front, y * grid[1] + x, channel]);
        } else {
          const token = context - over.padding[0] + dy, inner = (channel % over.width) - over.padding[1] + dx;
          if (token >= 0 && token < positions && inner >= 0 && inner < over.width) seen.push([front, token, channel - (channel % over.width) + inner]);
        }
      }
    }
    return seen;
  };

  const source = (stage: Source, step: number): void => {
    const plane = planes[stage.out.plane], values = inputs.get(program.inputs.find((port) => port.plane === stage.out.plane)!.name)!;
    if (step >= plane.steps) return;
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) for (let channel = 0; channel < length(stage.out.channels); channel++) {
      write(stage.out, step, context, channel, values[key(plane, step, context, stage.out.channels.from + channel)]);
    }
  };

  const add = (stage: Add, step: number): void => {
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) for (let channel = 0; channel < length(stage.from[0].channels); channel++) {
      const sum = stage.from.reduce((total, from) => total + read(from, step, context, channel), 0);
      stage.out.forEach((out, i) => write(out, step, context, channel, program.planes[out.plane].carrier.as === 'count' ? sum : (sum >> i) & 1));
      count('compare', stage.from.length);
    }
  };

  const readout = (stage: Readout): void => {
    const { channels, positions } = planes[stage.from.plane], { keeps } = stage, held = outputs.get(stage.output), result = held ?? [];
    if (!held) for (let i = 0; i < (keeps.steps ? program.steps : 1) * (keeps.positions ? positions : 1) * channels; i++) result.push(0);
    outputs.set(stage.output, result);
    const biased = new Set<number>();
    for (let step = 0; step < program.steps; step++) for (let context = stage.contexts.from; context < stage.contexts.to; context++) {
      for (let channel = 0; channel < length(stage.from.channels); channel++) {
        const at = ((keeps.steps ? step : 0) * (keeps.positions ? positions : 1) + (keeps.positions ? context : 0)) * channels + stage.from.channels.from + channel;
        result[at] += read(stage.from, step, context, channel) * (stage.stepWeights ? stage.stepWeights[step] : 1) + (biased.has(at) ? 0 : stage.bias[channel]);
        if (!biased.has(at)) count('biasAdd', 1);
        biased.add(at);
        if (stage.stepWeights) count('mac', 1);
      }
    }
  };

  for (const stage of program.stages) {
    if (stage.kind === 'soma') soma(stage);
    else if (stage.kind === 'readout') readout(stage);
    else if (stage.kind === 'attend') attendSlowly(stage, { program, read, sums, count });
    else for (let step = 0; step < program.steps; step++) {
      if (stage.kind === 'synapse' && (step === 0 || stage.evaluate === 'step')) synapse(stage, step);
      else if (stage.kind === 'pool') pool(stage, step);
      else if (stage.kind === 'add') add(stage, step);
      else if (stage.kind === 'source') source(stage, step);
    }
    if (stage.kind === 'soma') count('biasAdd', program.steps * length(stage.contexts) * length(stage.columns));
    if (stage.kind === 'synapse' && stage.border) count('biasAdd', (stage.evaluate === 'sample' ? 1 : program.steps) * length(stage.contexts) * length(stage.columns));
  }
  return { totals, outputs, values: (plane) => Array.from({ length: planes[plane].steps * planes[plane].positions * planes[plane].channels }, (_,
    i) => planes[plane].data.get(i) ?? 0) };
}

/** Largest integer (smallest: `up`) on that side of a quotient of whole numbers. */
function quotient(dividend: bigint, divisor: bigint, up: boolean): bigint {
  const rest = ((dividend % divisor) + divisor) % divisor;
  return (dividend - rest) / divisor + (up && rest > 0n ? 1n : 0n);
}

/** One neuron that remembers, in integers of any size. */
function neuronOf(rule: Rule, column: number, columns: number, steps: number, count: (kind: EventKind, n: number) => void): ((current: number, step: number) => number) | undefined {
  let potential = 0n, before = 0;
  switch (rule.kind) {
    case 'pass': return undefined;
    case 'ladder': return (current) => Array.from({ length: rule.levels }, (_, level) => {
      const threshold = rule.thresholds[column * rule.levels + level];
      return Number(rule.strict[level] ? current > threshold : current >= threshold);
    }).reduce((a, b) => a + b, 0);
    case 'lif': return (current) => {
      const threshold = BigInt(rule.thresholds[column]);
      if (before === 1) potential = rule.reset === 'zero' ? 0n : rule.reset === 'subtract' ? potential - threshold : threshold;
      potential = quotient(potential * BigInt(rule.keep[0]), BigInt(rule.keep[1]), rule.rounding === 'ceil') + (BigInt(current) << BigInt(rule.fractionBits));
      return before = Number(rule.fires === '>' ? potential > threshold : potential >= threshold);
    };
    case 'mix': {
      const seen: number[] = [];
      return (current, step) => {
        seen.push(current);
        if (rule.weights) count('mac', seen.length);
        return Number(seen.reduce((sum, value, past) => sum + value * (rule.weights ? rule.weights[step * steps + past] : Number(past === step)), 0) >= rule.thresholds[step * columns + column]);
      };
    }
    case 'elastic': return (current, step) => {
      const threshold = BigInt(rule.thresholds[step * columns + column]);
      const product = potential * BigInt(rule.keeps[step * 3 + before + 1]), kept = quotient(product, 1n << BigInt(rule.keepBits), false), lost = kept << BigInt(rule.keepBits) !== product;
      potential = (lost ? kept | 1n : kept) + (BigInt(current) << BigInt(rule.fractionBits));
      return before = potential > threshold ? 1 : potential < -threshold ? -1 : 0;
    };
  }
}
