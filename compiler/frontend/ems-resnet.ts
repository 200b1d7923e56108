// EMS-ResNet, the spiking detector of EMS-YOLO: shortcuts of currents that are pooled, concatenated and convolved as they are, a neuron that fires strictly above its threshold.
// Source: models-other.md section 2; arXiv 2307.11411.
import type { Pair, ValueId } from '../ir/types.ts';
import { addCurrents, concat, maxPool, upsample } from '../ops/index.ts';
import { slidGrid } from '../ops/slide.ts';
import type { FileKeys } from './detect.ts';
import { defineFamily } from './family.ts';
import { structureUnsupported, valuesDisagree } from './faults.ts';
import { addInput, visionInput } from './input.ts';
import type { Weights } from './keys.ts';
import { conv2d } from './layers.ts';
import type { Part } from './layers.ts';
import { most } from './limits.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { stbpOf } from './neurons.ts';
import { epsilon, stbpNeuron, vision, width } from './parts.ts';
import type { Stbp, Vision } from './parts.ts';
import { at, decayFits, inputFits, pixelWords, rule, when } from './rules.ts';
import { group, ignored, list, one, whole, word } from './schema.ts';
import { slideOf } from './sizes.ts';
import { assumedEpsilon, assumedVision } from './sketch.ts';

type Ems = Vision & Readonly<{ family: string; case?: string | undefined; T: number; neuron: Stbp; channels: readonly number[]; outputs: number; graph: readonly string[] }>;

/** One line of `graph`, understood. `reads`: the modules whose channels are concatenated. */
type Line = Readonly<{ kind: 'stem' | 'concat-block' | 'basic-block'; kernel: number; stride: number; changes: boolean } | { kind: 'upsample'; factor: number } | { kind: 'concat'; reads: Pair } | { kind: 'detect' }>;

const graphWords = 'lines such as "model.0 Conv_2: bn(conv3x3 stride 2), no lif", "model.1 ConcatBlock_ms stride 2", "model.2 BasicBlock_ms", "model.4 BasicBlock_ms kernel 3, width changes", "model.5 nearest upsample x2", '
  + '"model.6 concat channels [model.5, model.2]", "model.8.m.0 conv1x1 with bias on the currents, then sum over T / T"';

/** What line i says, or undefined where no module of this family reads so. */
function lineOf(text: string, i: number): Line | undefined {
  const said = text.startsWith(`model.${i}`) ? text.slice(`model.${i}`.length) : '', size = (found: string | undefined, absent: number) => (found === undefined ? absent : Number(found));
  const stem = /^ Conv_2: bn\(conv(\d{1,2})x\1 stride (\d{1,2})\), no lif$/.exec(said), block = /^ (Concat|Basic)Block_ms(?:,? kernel (\d{1,2}))?(?:,? stride (\d{1,2}))?(, width changes)?$/.exec(said);
  if (stem) return { kind: 'stem', kernel: Number(stem[1]), stride: Number(stem[2]), changes: true };
  if (block) return { kind: block[1] === 'Concat' ? 'concat-block' : 'basic-block', kernel: size(block[2], 3), stride: size(block[3], 1), changes: block[1] === 'Concat' || block[4] !== undefined };
  const enlarged = /^ nearest upsample x(\d{1,2})$/.exec(said), joined = /^ concat channels \[model\.(\d{1,3}), model\.(\d{1,3})\]$/.exec(said);
  if (enlarged) return { kind: 'upsample', factor: Number(enlarged[1]) };
  if (joined) return { kind: 'concat', reads: [Number(joined[1]), Number(joined[2])] };
  return said === '.m.0 conv1x1 with bias on the currents, then sum over T / T' ? { kind: 'detect' } : undefined;
}

/** A module with what it reads and makes. */
type Module = Line & Readonly<{ name: string; from: number; to: number; grid: Pair }>;
type Sizes = Pick<Ems, 'graph' | 'channels' | 'outputs' | 'in_channels' | 'image_size'>;
const isModule = (module: Module | string): module is Module => typeof module !== 'string';
const hiddenOf = (to: number): number => Math.floor(to / 2);

/** All modules; a string instead of the first one that does not fit, and why. `grid`: of what leaves it. */
function modulesOf({ graph, channels, outputs, in_channels, image_size }: Sizes): (Module | string)[] {
  const modules: (Module | string)[] = [];
  let from = in_channels, grid: Pair = image_size, used = 0;
  for (const [i, text] of graph.entries()) {
    const line = lineOf(text, i)!, name = `model.${i}`;
    const place = (): Module | string => {
      if (line.kind === 'detect') return { ...line, name: `${name}.m.0`, from, to: outputs, grid };
      if (line.kind === 'upsample') return { ...line, name, from, to: from, grid: [grid[0] * line.factor, grid[1] * line.factor] };
      if (line.kind === 'concat') {
        const [a, b] = line.reads.map((read) => modules[read]);
        if (!a || !b || !isModule(a) || !isModule(b)) return `reads model.${line.reads.find((read) => !(read < i))}, which does not stand before it`;
        return a.grid.join() === b.grid.join() ? { ...line, name, from: a.to, to: a.to + b.to, grid: a.grid } : `joins maps of ${a.grid.join(' x ')} and ${b.grid.join(' x ')}`;
      }
      const to = line.changes ? channels[used++] : from, made = slidGrid(grid, slideOf({ kernel: line.kernel, stride: line.stride, padding: Math.floor(line.kernel / 2) }));
      if (to === undefined) return `it is the module number ${used} whose width changes, and "channels" lists ${channels.length}`;
      if (typeof made === 'string') return made;
      if (line.kind === 'concat-block' && to <= from) return `concatenates to ${to} channels, and ${from} go in`;
      if (line.kind !== 'stem' && line.stride > 1 && !line.changes) return 'strides, and its shortcut does not: write ", width changes"';
      const pooled = line.kind === 'stem' ? made : slidGrid(grid, poolOf(line.stride));
      if (typeof pooled === 'string' || pooled.join() !== made.join()) return `its branch makes a map of ${made.join(' x ')}, its shortcut ${typeof pooled === 'string' ? 'none' : pooled.join(' x ')}`;
      return line.kind !== 'stem' && hiddenOf(to) < 1 ? `${to} channels leave it; half of them is none` : { ...line, name, from, to, grid: made };
    };
    const module = place();
    modules.push(module);
    if (!isModule(module)) return modules;
    ({ to: from, grid } = module);
  }
  return modules;
}

const poolOf = (stride: number) => slideOf({ kernel: stride, stride, padding: 0 });

const graphFits = rule<Sizes>('graph channels outputs in_channels image_size', (d, file) => {
  const lines = d.graph.map(lineOf), unknown = lines.flatMap((line, i) => (line ? [] : [structureUnsupported(at(file, 'graph', i), `no module of this family reads so as number ${i}: ${JSON.stringify(d.graph[i].slice(0, 70))}`, `wanted ${graphWords}`)]));
  if (unknown.length > 0) return unknown;
  const zero = lines.findIndex((line) => (line && 'kernel' in line && (line.kernel < 1 || line.stride < 1)) || (line?.kind === 'upsample' && line.factor < 1));
  if (zero >= 0) return [valuesDisagree(at(file, 'graph', zero), 'a window, a stride or a factor of 0', 'sizes start at 1')];
  const order = lines.map((line) => line!.kind), modules = modulesOf(d), wrong = modules.findIndex((module) => !isModule(module)), widths = lines.filter((line) => line && 'changes' in line && line.changes).length;
  return [
    when(order[0] !== 'stem' || order.lastIndexOf('stem') > 0 || order.at(-1) !== 'detect' || order.indexOf('detect') < order.length - 1, () => structureUnsupported(at(file, 'graph'), 'one Conv_2 comes first, one detection layer last', `wanted ${graphWords}`)),
    when(wrong >= 0, () => valuesDisagree(at(file, 'graph', wrong), String(modules[wrong]), 'correct the line, "channels" or "image_size"')),
    when(wrong < 0 && widths !== d.channels.length, () => valuesDisagree(at(file, 'channels'), `${d.channels.length} widths for ${widths} modules whose width changes`, 'one width for Conv_2, each ConcatBlock_ms and each BasicBlock_ms whose width changes, in order')),
  ];
});

export const emsResnet = defineFamily({
  name: 'ems-resnet', doc: 'EMS-ResNet, a spiking detector: currents are pooled, concatenated, convolved and added',
  keys: {
    ...vision, neuron: stbpNeuron, bn_eps: epsilon, channels: list(width, 256, 'channels of each module whose width changes, in order'), outputs: whole(1, most.classes, 'outputs of the detection layer at each position'),
    graph: list(word('one module'), 256, `the modules in order: ${graphWords}`), residual: group({ type: one('membrane-shortcut', 'currents are added'), ...ignored('text') }, 'residual connections'),
    ...ignored('blocks', 'batchnorm'),
  },
  detect: (keys) => keys.has('model.*.residual_function.1.weight', 4) && keys.has('model.*.m.0.bias', 1),
  sketch,
  rules: [graphFits, inputFits, decayFits, pixelWords], input: visionInput, outputs: ({ outputs }) => outputs, parts, build,
});

/** Modules without parameters (upsampling, concatenation) leave a gap in the numbers: they are asked for. Strides leave no trace: the stem and concat blocks halve the map, as published. */
function sketch(keys: FileKeys) {
  const numbers = keys.names.flatMap((name) => { const [, i] = /^model\.(\d{1,3})\./.exec(name) ?? []; return i === undefined ? [] : [Number(i)]; }), count = Math.min(256, Math.max(-1, ...numbers) + 1), channels: (number | undefined)[] = [];
  const graph = Array.from({ length: count }, (_, i): string | undefined => {
    const name = `model.${i}`, size = (key: string, axis: number) => keys.size(`${name}.${key}.weight`, axis), to = size('residual_function.4', 0), from = size('residual_function.1', 1), window = size('residual_function.1', 2) ?? 3, shortcut = size('shortcut.1', 0);
    if (size('m.0', 0) !== undefined) return `${name}.m.0 conv1x1 with bias on the currents, then sum over T / T`;
    if (size('conv', 0) !== undefined) { channels.push(size('conv', 0)); return `${name} Conv_2: bn(conv${size('conv', 2)}x${size('conv', 2)} stride 2), no lif`; }
    if (to === undefined || from === undefined) return undefined;
    if (shortcut !== undefined) channels.push(to);
    const kernel = window === 3 ? '' : ` kernel ${window}`;
    return shortcut === undefined ? `${name} BasicBlock_ms${kernel}` : shortcut === to ? `${name} BasicBlock_ms${kernel}, width changes` : `${name} ConcatBlock_ms${kernel} stride 2`;
  });
  return {
    shown: { in_channels: keys.size('model.0.conv.weight', 1), channels, outputs: keys.size(`model.${count - 1}.m.0.weight`, 0) },
    assumed: { ...assumedVision(keys, 'model.0.conv.weight'), bn_eps: assumedEpsilon, neuron: { decay: 0.25, v_threshold: 0.5 }, graph }, optional: ['input.normalize'],
  };
}

function parts(descriptor: Ems): readonly Part[] {
  return modulesOf(descriptor).filter(isModule).flatMap((module): Part[] => {
    const { name, from, to } = module;
    if (module.kind === 'detect') return [conv2d(name, from, to, { bias: true })];
    if (module.kind === 'stem') return [conv2d(`${name}.conv`, from, to, { window: module.kernel, stride: module.stride, bias: false, norm: `${name}.bn.bn` })];
    if (module.kind !== 'concat-block' && module.kind !== 'basic-block') return [];
    const { kernel: window, stride } = module, hidden = hiddenOf(to), shortcut = module.kind === 'concat-block' ? to - from : to;
    return [
      conv2d(`${name}.residual_function.1`, from, hidden, { window, stride, bias: false, norm: `${name}.residual_function.2.bn` }), conv2d(`${name}.residual_function.4`, hidden, to, { window, bias: false, norm: `${name}.residual_function.5.bn` }),
      ...(module.changes ? [conv2d(`${name}.shortcut.1`, from, shortcut, { bias: false, norm: `${name}.shortcut.2.bn` })] : []),
    ];
  });
}

function build(descriptor: Ems, weights: Weights) {
  const network = startNetwork(descriptor, weights, stbpOf(descriptor.neuron)), { builder, layer } = network, values: ValueId[] = [];
  let value = addInput(network, descriptor);
  for (const module of modulesOf(descriptor).filter(isModule)) {
    const { name } = module;
    switch (module.kind) {
      case 'stem': value = layer(`${name}.conv`, value); break;
      case 'concat-block': case 'basic-block': value = builder.add(addCurrents, `${name}.add`, [addShortcut(network, module, value), addBranch(network, name, value)], {}); break;
      case 'upsample': value = builder.add(upsample, name, [value], { factor: [module.factor, module.factor] }); break;
      case 'concat': value = builder.add(concat, name, module.reads.map((read) => values[read]), {}); break;
      case 'detect': return network.classify(value, { layer: name, keep: ['positions'] });
    }
    values.push(value);
  }
  throw new Error('a graph without a detection layer passed the rules');
}

const addBranch = ({ layer, spikes }: Network, name: string, value: ValueId): ValueId => {
  const hidden = layer(`${name}.residual_function.1`, spikes(`${name}.residual_function.0`, value, axes.image));
  return layer(`${name}.residual_function.4`, spikes(`${name}.residual_function.3`, hidden, axes.image));
};

/** A concat block concatenates the currents of a spiking layer and its input, then pools; a basic block pools its input and convolves the currents themselves. */
function addShortcut(network: Network, { kind, name, stride, changes }: Extract<Module, { changes: boolean }>, value: ValueId): ValueId {
  const { builder, layer, spikes } = network, pooled = (current: ValueId) => (stride > 1 ? builder.add(maxPool, `${name}.shortcut.pool`, [current], poolOf(stride)) : current);
  if (kind === 'concat-block') return pooled(builder.add(concat, `${name}.shortcut.concat`, [layer(`${name}.shortcut.1`, spikes(`${name}.shortcut.0`, value, axes.image)), value], {}));
  return changes ? layer(`${name}.shortcut.1`, pooled(value)) : value;
}
