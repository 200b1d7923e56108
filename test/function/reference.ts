// A second, slow reading of the contract: dense planes, one value at a time. What the engine must equal in every value and count.
import type { Pair } from '../../targets/contract/units.ts';
import type { Attend, Pool, Program, Region, Soma, Synapse } from '../../targets/contract/program.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';

export type Reference = Readonly<{ values: (plane: number) => number[]; outputs: ReadonlyMap<string, number[]>; totals: ReadonlyMap<EventKind, number> }>;

type Dense = { steps: number; positions: number; channels: number; grid: Pair; data: Map<number, number> };

/** Runs a program on chips whose sums are exact. Sums of a stage are keyed by (step, context, column). */
export function evaluateProgram(program: Program, inputs: ReadonlyMap<string, Uint8Array>): Reference {
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
    const { gather } = stage, block = program.blocks[stage.block], channels = gather.from[0].channels.to - gather.from[0].channels.from,
      columns = stage.columns.to - stage.columns.from, { grid } = planes[gather.from[0].plane];
    const { carrier, per } = program.planes[gather.from[0].plane];
    const kind: EventKind = carrier.as === 'pixel' && per === 'sample' ? 'mac' : carrier.as === 'spike' && gather.from.length === 1 && gather.shifts[0] === 0 ? 'sopBinary' : 'sopGraded';
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) {
      const own = new Array<number>(columns).fill(0);
      for (let tap = gather.taps.from; tap < gather.taps.to; tap++) {
        const y = Math.floor(context / gather.outGrid[1]) * gather.stride[0] - gather.padding[0] + Math.floor(tap / gather.window[1]),
          x = (context % gather.outGrid[1]) * gather.stride[1] - gather.padding[1] + (tap % gather.window[1]);
        if (y < 0 || x < 0 || y >= grid[0] || x >= grid[1]) continue;
        for (let channel = 0; channel < channels; channel++) {
          const value = gather.from.reduce((total, region, i) => total + read(region, step, y * grid[1] + x, channel) * 2 ** gather.shifts[i], 0),
            row = (tap - gather.taps.from) * channels + channel;
          for (let column = 0; column < columns; column++) own[column] += value * block.data[row * columns + column];
          count(kind, (kind === 'mac' ? 1 : value) * columns);
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
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) for (let column = 0; column < stage.columns.to - stage.columns.from; column++) {
      let potential = 0;
      for (let step = 0; step < program.steps; step++) {
        let current = stage.bias[column];
        for (const id of stage.sums) { const from = program.stages[id]; current += sumOf(id, from.kind === 'synapse' && from.evaluate === 'sample' ? 0 : step, context,
          stage.columns.from + column); }
        for (const region of stage.adds) current += read(region, step, context, column);
        if (stage.current) write(stage.current, step, context, column, current);
        if (stage.rule.kind === 'pass') continue;
        potential = Math.floor(potential * stage.rule.keep[0] / stage.rule.keep[1]) + current;
        const spike = potential >= stage.rule.thresholds[column];
        count('update', 1);
        count('spike', Number(spike));
        if (stage.spikes) write(stage.spikes, step, context, column, Number(spike));
        if (spike) potential = stage.rule.reset === 'zero' ? 0 : potential - stage.rule.thresholds[column];
      }
    }
  };

  const attend = (stage: Attend, step: number): void => {
    const tokens = (stage.contexts.to - stage.contexts.from) / 2, [keys, width] = stage.width;
    for (let head = 0; head < stage.heads.to - stage.heads.from; head++) for (let n = 0; n < tokens; n++) for (let e = 0; e < width; e++) {
      let sum = 0;
      for (let c = 0; c < keys; c++) {
        const query = read(stage.query, step, n, head * keys + c);
        for (let m = 0; m < tokens; m++) {
          const coincidence = read(stage.key, step, m, head * keys + c) * read(stage.value, step, m, head * width + e);
          sum += query * coincidence;
          if (n === 0) count('sopKv', coincidence);
        }
        count('sopQ', query);
      }
      sums.set(`${stage.id}/${step}/${n}/${stage.columns.from + head * width + e}`, sum);
    }
  };

  const pool = (stage: Pool, step: number): void => {
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) for (let channel = 0; channel < stage.out.channels.to - stage.out.channels.from; channel++) {
      const seen: number[] = [], { over } = stage, [front] = stage.from, { grid, positions } = planes[front.plane];
      if (over.kind === 'planes') for (const region of stage.from) seen.push(read(region, step, planes[region.plane].positions === 1 ? 0 : context, channel));
      else if (over.kind === 'tokens') for (let n = front.positions.from; n < front.positions.to; n++) seen.push(read(front, step, n, channel));
      else for (let dy = 0; dy < over.window[0]; dy++) for (let dx = 0; dx < over.window[1]; dx++) {
        if (over.kind === 'window') {
          const y = Math.floor(context / over.outGrid[1]) * over.stride[0] - over.padding[0] + dy, x = (context % over.outGrid[1]) * over.stride[1] - over.padding[1] + dx;
          if (y >= 0 && x >= 0 && y < grid[0] && x < grid[1]) seen.push(read(front, step, y * grid[1] + x, channel));
        } else {
          const token = context - over.padding[0] + dy, inner = (channel % over.width) - over.padding[1] + dx;
          if (token >= 0 && token < positions && inner >= 0 && inner < over.width) seen.push(read(front, step, token, channel - (channel % over.width) + inner));
        }
      }
      count('compare', seen.length);
      const value = stage.op === 'or' ? Number(seen.some(Boolean)) : stage.op === 'and' ? Number(seen.every(Boolean)) : stage.op === 'max' ? Math.max(...seen) : seen.reduce((a,
        b) => a + b, 0);
      write(stage.out, step, context, channel, value);
    }
  };

  for (const stage of program.stages) {
    if (stage.kind === 'soma') { soma(stage); continue; }
    for (let step = 0; step < program.steps; step++) {
      if (stage.kind === 'synapse' && (step === 0 || stage.evaluate === 'step')) synapse(stage, step);
      else if (stage.kind === 'attend') attend(stage, step);
      else if (stage.kind === 'pool') pool(stage, step);
      else if (stage.kind === 'add' || stage.kind === 'source' || stage.kind === 'readout') {
        const region = stage.kind === 'source' ? stage.out : stage.kind === 'add' ? stage.from[0] : stage.from, channels = region.channels.to - region.channels.from;
        const port = program.inputs.find(({ plane }) => plane === region.plane)?.name ?? '', plane = planes[region.plane];
        if (stage.kind === 'source' && step >= plane.steps) continue;
        for (let context = stage.contexts.from; context < stage.contexts.to; context++) for (let channel = 0; channel < channels; channel++) {
          if (stage.kind === 'source') write(region, step, context, channel, inputs.get(port)![key(plane, step, context, region.channels.from + channel)]);
          else if (stage.kind === 'add') {
            const sum = stage.from.reduce((total, from) => total + read(from, step, context, channel), 0);
            stage.out.forEach((out, i) => write(out, step, context, channel, program.planes[out.plane].carrier.as === 'count' ? sum : (sum >> i) & 1));
            count('compare', stage.from.length);
          } else {
            const result = outputs.get(stage.output) ?? [];
            result[region.channels.from + channel] = (result[region.channels.from + channel] ?? 0) + read(region, step, context,
              channel) + (step === 0 && context === stage.contexts.from ? stage.bias[channel] : 0);
            outputs.set(stage.output, result);
          }
        }
      }
    }
  }
  return { totals, outputs, values: (plane) => Array.from({ length: planes[plane].steps * planes[plane].positions * planes[plane].channels }, (_,
    i) => planes[plane].data.get(i) ?? 0) };
}
