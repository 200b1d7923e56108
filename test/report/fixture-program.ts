// The chip and the program of the fixture: a small Spikformer on a mesh like mesh45. Deterministic; every size is an option.
import type { CostTable, Target } from '../../targets/contract/arch.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { eventKinds } from '../../targets/contract/ledger.ts';
import type { CoreImage, Program, Region, Route, Stage } from '../../targets/contract/program.ts';
import type { Bytes, Cycles, Milliwatts, Picojoules } from '../../targets/contract/units.ts';

export type Size = Readonly<{
  mesh: readonly [width: number, height: number];
  blocks: number;
  tiles: number;
  steps: number;
  samples: number;
  timed: number;
  classes: number;
  silent?: boolean;
}>;
export const usual: Size = { mesh: [8, 8], blocks: 2, tiles: 2, steps: 4, samples: 1000, timed: 20, classes: 10 };

/** Mulberry32: the same numbers everywhere. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const bytes = (n: number): Bytes => n as Bytes,
  cycles = (n: number): Cycles => n as Cycles,
  milliwatts = (n: number): Milliwatts => n as Milliwatts;
const horowitz = { basis: 'copied', source: 'Horowitz, ISSCC 2014, 45 nm' } as const,
  noxim = { basis: 'copied', source: 'Noxim power.yaml, node not stated' } as const;

export function makeTarget([width, height]: readonly [number, number]): Target {
  const price: Partial<Record<EventKind, number>> = {
    sopBinary: 0.1,
    sopGraded: 0.1,
    sopKv: 0.1,
    sopQ: 0.1,
    mac: 0.3,
    partialAdd: 0.1,
    biasAdd: 0.1,
    update: 0.2,
    compare: 0.03,
    flitRouter: 1.63,
    linkX: 1.56,
    linkY: 1.56,
    weightRead: 10,
    weightWrite: 10,
    stateRead: 20,
    stateWrite: 20,
    axonRead: 20,
    axonWrite: 20,
    counterRead: 20,
    counterWrite: 20,
    tableRead: 10,
    tableWrite: 10,
  };
  const costs = Object.fromEntries(
    eventKinds.map((kind) => [
      kind,
      {
        each: (price[kind] ?? 0) as Picojoules,
        ...(kind === 'compare'
          ? ({ basis: 'synthesised', source: 'Aladdin, 40 nm' } as const)
          : ['flitRouter', 'linkX', 'linkY'].includes(kind)
            ? noxim
            : price[kind]
              ? horowitz
              : ({ basis: 'ours', source: 'registers' } as const)),
      },
    ]),
  ) as CostTable;
  const cited = Object.fromEntries([
    ...['weight', 'state', 'axon', 'counter', 'table'].map(
      (m) => [`technology.leakage.${m}`, { basis: 'copied', source: 'SATA_Sim, node not stated' }] as const,
    ),
    ['technology.leakage.router', noxim] as const,
    ['technology.hertz', { basis: 'ours', source: 'chosen' }] as const,
    ['router.link', { basis: 'ours', source: 'one cycle a hop' }] as const,
  ]);
  return {
    text: 'chip mesh45 { }',
    hash: 'a'.repeat(64),
    costs,
    cited,
    arch: {
      name: 'mesh45',
      technology: {
        nanometres: 45,
        volts: 0.9,
        hertz: 200e6,
        pitchMillimetres: 1,
        unused: 'gated',
        leakage: {
          weight: milliwatts(10.88),
          state: milliwatts(10.88),
          axon: milliwatts(5.44),
          counter: milliwatts(5.44),
          table: milliwatts(1.36),
          router: milliwatts(12.34),
        },
      },
      mesh: { width, height, sync: 'dataflow', io: 0, deadCores: [], deadLinks: [] },
      core: { axons: 256, neurons: 256, lanes: 16, partialSlots: 4, weightBits: 8, accumulatorBits: 24, membraneBits: 24, payloadBits: 4, sums: 'exact' },
      memories: {
        weight: { bytes: bytes(65536), wordBits: 64 },
        state: { bytes: bytes(65536), wordBits: 64 },
        axon: { bytes: bytes(32768), wordBits: 64 },
        counter: { bytes: bytes(32768), wordBits: 64 },
        table: { bytes: bytes(8192), wordBits: 64 },
      },
      abilities: { attend: ['kv', 'qk'], graded: 'repeat', currents: true, pixelMac: true, maxCurrent: true, host: true, plasticity: true },
      timing: {
        row: cycles(4),
        mac: cycles(4),
        update: cycles(6),
        counter: cycles(1),
        word: cycles(1),
        issue: cycles(8),
        emit: cycles(1),
        barrier: cycles(64),
        host: cycles(100),
      },
      router: {
        flitBits: 32,
        virtualChannels: 4,
        bufferFlits: 8,
        injectionFlits: 16,
        multicast: true,
        switching: 'vct',
        waitForTailCredit: false,
        cycles: { route: cycles(1), vcAllocate: cycles(1), switchAllocate: cycles(1), traverse: cycles(1), link: cycles(1), credit: cycles(1) },
      },
    },
  };
}

/** Layers of a Spikformer: name, whether it attends, input grid, channels in and out, whether pixels enter. */
const layersOf = (
  blocks: number,
): readonly Readonly<{ name: string; side: number; inputs: number; outputs: number; kernel: number; pixels?: true; attends?: true }>[] => [
  { name: 'patch_embed.proj_conv', side: 28, inputs: 1, outputs: 8, kernel: 3, pixels: true },
  { name: 'patch_embed.proj_conv1', side: 28, inputs: 8, outputs: 16, kernel: 3 },
  { name: 'patch_embed.proj_conv2', side: 14, inputs: 16, outputs: 32, kernel: 3 },
  { name: 'patch_embed.proj_conv3', side: 7, inputs: 32, outputs: 64, kernel: 3 },
  { name: 'patch_embed.rpe_conv', side: 7, inputs: 64, outputs: 64, kernel: 3 },
  ...Array.from({ length: blocks }, (_, b) => [
    ...['q', 'k', 'v'].map((role) => ({ name: `block.${b}.attn.${role}_linear`, side: 7, inputs: 64, outputs: 64, kernel: 1 })),
    { name: `block.${b}.attn.attn_lif`, side: 7, inputs: 64, outputs: 64, kernel: 1, attends: true as const },
    { name: `block.${b}.attn.proj_linear`, side: 7, inputs: 64, outputs: 64, kernel: 1 },
    { name: `block.${b}.mlp.fc1_linear`, side: 7, inputs: 64, outputs: 256, kernel: 1 },
    { name: `block.${b}.mlp.fc2_linear`, side: 7, inputs: 256, outputs: 64, kernel: 1 },
  ]).flat(),
  { name: 'head', side: 1, inputs: 64, outputs: 10, kernel: 1 },
];

export function makeProgram(size: Size): Program {
  const layers = layersOf(size.blocks),
    [width, height] = size.mesh,
    stages: Stage[] = [],
    cores: CoreImage[] = [],
    routes: Route[] = [];
  const planes: Program['planes'][number][] = [{ name: 'image', grid: [28, 28], channels: 1, carrier: { as: 'pixel' }, per: 'sample' }];
  const blocks: Program['blocks'][number][] = [];
  layers.forEach((layer, i) => {
    const grid = [layer.side, layer.side] as const,
      positions = layer.side ** 2,
      input = i;
    planes.push({ name: layer.name, grid, channels: layer.outputs, carrier: { as: 'spike' }, per: 'step' });
    for (let tile = 0; tile < size.tiles; tile++) {
      const columns = { from: Math.floor((layer.outputs * tile) / size.tiles), to: Math.floor((layer.outputs * (tile + 1)) / size.tiles) },
        contexts = { from: 0, to: positions };
      const region: Region = {
        plane: input,
        positions: { from: 0, to: planes[input].grid[0] * planes[input].grid[1] },
        channels: { from: 0, to: planes[input].channels },
      };
      const sums = stages.length,
        rows = layer.kernel ** 2 * layer.inputs,
        at = cores.length % (width * height);
      blocks.push({ rows, columns: columns.to - columns.from, data: new Int8Array(rows * (columns.to - columns.from)) });
      stages.push(
        layer.attends
          ? {
              kind: 'attend',
              id: sums,
              layer: i,
              form: 'kv',
              contexts: { from: 0, to: 2 * positions },
              heads: { from: 2 * tile, to: 2 * tile + 2 },
              width: [16, 16],
              fills: positions,
              columns,
              query: region,
              key: region,
              value: region,
              counterBits: 6,
              sumBits: 10,
              clear: 'step',
            }
          : {
              kind: 'synapse',
              id: sums,
              layer: i,
              contexts,
              columns,
              block: blocks.length - 1,
              evaluate: layer.pixels ? 'sample' : 'step',
              sumBits: 16,
              gather: {
                window: [layer.kernel, layer.kernel],
                stride: [1, 1],
                padding: [(layer.kernel - 1) / 2, (layer.kernel - 1) / 2],
                outGrid: grid,
                taps: { from: 0, to: layer.kernel ** 2 },
                from: [region],
                shifts: [0],
                groups: 1,
              },
            },
      );
      stages.push({
        kind: 'soma',
        id: sums + 1,
        layer: i,
        contexts,
        columns,
        sums: [sums],
        adds: [],
        bias: new Int32Array(columns.to - columns.from),
        membraneBits: layer.name === 'head' ? 0 : 16,
        rule:
          layer.name === 'head'
            ? { kind: 'pass' }
            : { kind: 'lif', thresholds: new Int32Array(columns.to - columns.from).fill(64), keep: [1, 2], reset: 'zero', fires: '>=', rounding: 'floor', fractionBits: 0 },
        spikes: { plane: i + 1, positions: contexts, channels: columns },
      });
      const footprint = {
        weights: bytes(Math.min(65536, rows * (columns.to - columns.from))),
        state: bytes(Math.min(65536, positions * (columns.to - columns.from) * 2)),
        buffers: bytes(Math.min(32768, 2 * positions * Math.ceil(layer.inputs / 8) + 512)),
        counters: bytes(layer.attends ? 2048 : 0),
        tables: bytes(1024),
      };
      const links: number[] = [];
      for (let hop = at; hop < at + 3 && hop % width < width - 1; hop++) links.push(4 * hop);
      routes.push({ from: sums + 1, output: 0, contexts, edges: [], copies: links.length > 0 ? [Uint32Array.from(links)] : [] });
      if (cores.length < width * height) cores.push({ core: at, stages: [sums, sums + 1], footprint });
    }
  });
  return {
    version: 1,
    target: { text: '', hash: 'a'.repeat(64) },
    model: 'b'.repeat(64),
    steps: size.steps,
    classes: Array.from(
      { length: size.classes },
      (_, i) => ['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Boot'][i] ?? `class ${i}`,
    ),
    layers: layers.map(({ name }) => name),
    planes,
    blocks,
    stages,
    inputs: [{ name: 'image', plane: 0 }],
    probes: [],
    readouts: [{ output: 'logits', scale: 1, divisor: 4 }],
    edges: [],
    routes,
    cores,
  };
}
