// The convolutional networks of STBP and of its ADMM compression: average pooling of spikes, a neuron that fires strictly above its threshold. Source: models-other.md section 1.
import type { z } from 'zod';
import type { Pair, ValueId } from '../ir/types.ts';
import { sumPool } from '../ops/index.ts';
import { slidGrid } from '../ops/slide.ts';
import type { Path } from './faults.ts';
import type { FileKeys } from './detect.ts';
import { defineFamily } from './family.ts';
import { structureUnsupported, valuesDisagree } from './faults.ts';
import type { InputLayout } from './input.ts';
import { addInput, addSource } from './input.ts';
import type { Weights } from './keys.ts';
import { conv2d, flatLinear, linear } from './layers.ts';
import type { Part } from './layers.ts';
import { most } from './limits.ts';
import { axes, startNetwork } from './network.ts';
import { stbpOf } from './neurons.ts';
import { classifier, stbpNeuron, vision } from './parts.ts';
import type { Stbp, Vision } from './parts.ts';
import { at, classNamesFit, decayFits, pixelWords, rule, when } from './rules.ts';
import { group, ignored, list, word } from './schema.ts';
import { slideOf } from './sizes.ts';

const input = group({ ...vision.input.shape, layout: word('axes of a file of samples').optional(),
  encoding: word('spikes (or "spike frames", with any remark behind it): 0 or 1 at every step; poisson: an image, a pixel k is a spike where k/255 > u, u drawn anew at every step; '
    + 'direct: an image, repeated at every step; frames: event counts').regex(/^(spikes|spike frames\b.*|poisson|direct|frames)$/u, { error: '"spikes", "spike frames", "poisson", "direct" or "frames"' }) }, 'what one sample is');

type Cnn = Omit<Vision, 'input'> & Readonly<{ family: string; case?: string | undefined; T: number; classes: number; layers: readonly string[]; neuron: Stbp; head: { type?: string | undefined }; input: z.infer<typeof input> }>;
type Encoding = InputLayout['encoding'];

const encodingOf = ({ input: { encoding } }: Pick<Cnn, 'input'>): Encoding => (encoding.startsWith('spike') ? 'spikes' : encoding as Encoding);
const layoutOf = (d: Pick<Cnn, 'input' | 'T' | 'image_size' | 'in_channels'>): InputLayout =>
  ({ encoding: encodingOf(d), steps: d.T, channels: d.in_channels, height: d.image_size[0], width: d.image_size[1] });

/** One line of `layers`, understood. `to`: channels or features. */
type Line = Readonly<{ kind: 'conv'; name: string; to: number; kernel: number; padding: number } | { kind: 'pool'; kernel: number } | { kind: 'flatten' } | { kind: 'linear'; name: string; to: number }>;

function lineOf(text: string): Line | undefined {
  const conv = /^(\w+): (\d{1,6}) channels (\d{1,2})x(\d{1,2}) padding (\d{1,2})$/.exec(text), pool = /^avgpool (\d{1,2})x(\d{1,2})(?: of spikes)?$/.exec(text), full = /^(\w+): (\d{1,6})$/.exec(text);
  if (conv && conv[3] === conv[4]) return { kind: 'conv', name: conv[1], to: Number(conv[2]), kernel: Number(conv[3]), padding: Number(conv[5]) };
  if (pool && pool[1] === pool[2]) return { kind: 'pool', kernel: Number(pool[1]) };
  if (/^flatten(?: C H W)?$/.test(text)) return { kind: 'flatten' };
  return full ? { kind: 'linear', name: full[1], to: Number(full[2]) } : undefined;
}

/** A line with what it reads: channels and grid of the map before it. */
type Placed = Line & Readonly<{ from: number; grid: Pair }>;
const poolSlide = (kernel: number) => slideOf({ kernel, stride: kernel, padding: 0 });
const linesOf = (d: Pick<Cnn, 'layers'>): readonly Line[] => d.layers.map((text) => lineOf(text)!);

/** All lines with what they read; or the first line whose window does not fit, and why. */
function place(d: Pick<Cnn, 'layers' | 'in_channels' | 'image_size'>): readonly Placed[] | Readonly<{ line: number; why: string }> {
  const placed: Placed[] = [];
  let from = d.in_channels, grid: Pair = d.image_size, why: string | undefined;
  for (const line of linesOf(d)) {
    placed.push({ ...line, from, grid });
    const next = line.kind === 'conv' ? slidGrid(grid, slideOf({ ...line, stride: 1 })) : line.kind === 'pool' ? slidGrid(grid, poolSlide(line.kernel)) : line.kind === 'linear' ? [1, 1] as const : grid;
    if (typeof next === 'string') why ??= next; else grid = next;
    if (why !== undefined) return { line: placed.length - 1, why };
    if (line.kind === 'conv' || line.kind === 'linear') from = line.to;
  }
  return placed;
}

const order = (d: Pick<Cnn, 'layers'>): string => linesOf(d).map(({ kind }) => kind[0]).join('');
const layerWords = 'a list such as ["conv1: 32 channels 3x3 padding 1", "avgpool 2x2 of spikes", "flatten C H W", "fc1: 128", "fc2: 10"]';

const linesFit = rule<Cnn>('layers image_size in_channels input', (d, file) => {
  const unknown = d.layers.flatMap((text, i) => (lineOf(text) ? [] : [structureUnsupported(at(file, 'layers', i), `no layer of this family reads so: ${JSON.stringify(text.slice(0, 60))}`, `wanted ${layerWords}`)]));
  if (unknown.length > 0) return unknown;
  const path: Path = ['layers'], lines = linesOf(d), names = lines.flatMap((line) => ('name' in line ? [line.name] : [])), twice = names.find((name, i) => names.indexOf(name) < i);
  const sizes = lines.flatMap((line) => ('to' in line ? [line.to] : [])), outside = sizes.find((size) => size < 1 || size > most.channels), placed = place(d);
  return [
    when(!/^[cp]*fl+$/.test(order(d)), () => structureUnsupported(at(file, ...path), 'convolutions and pools come first, then one flatten, then linear layers, at least one', `wanted ${layerWords}`)),
    when(order(d).startsWith('p') && encodingOf(d) !== 'spikes' && encodingOf(d) !== 'poisson', () => structureUnsupported(at(file, 'layers', 0), 'pixels are not pooled', 'begin with a convolution, or pool the images before')),
    when(twice !== undefined, () => valuesDisagree(at(file, ...path), `two layers are called "${twice}"`, 'names are those of the checkpoint')),
    when(outside !== undefined, () => valuesDisagree(at(file, ...path), `a layer of ${outside} channels; wanted 1 to ${most.channels}`, 'correct its width')),
    'why' in placed ? valuesDisagree(at(file, 'layers', placed.line), placed.why, 'correct image_size, or the layers that pool before') : undefined,
  ];
});

const lastOf = (d: Pick<Cnn, 'layers'>): Extract<Line, { kind: 'linear' }> => linesOf(d).at(-1) as Extract<Line, { kind: 'linear' }>;
const headOf = ({ head: { type = '' } }: Pick<Cnn, 'head'>): Readonly<{ reads: 'spikes' | 'current'; layer: string }> | undefined => {
  const [, spikes, current] = /^(?:spike count of (\w+) \/ T|input current of (\w+) summed over T)$/.exec(type) ?? [];
  return spikes !== undefined ? { reads: 'spikes', layer: spikes } : current !== undefined ? { reads: 'current', layer: current } : undefined;
};

const headFits = rule<Cnn>('layers head classes', (d, file) => {
  const head = headOf(d), lines = d.layers.map(lineOf), last = lines.at(-1);
  return [
    when(!head, () => structureUnsupported(at(file, 'head', 'type'), `wanted "spike count of fc2 / T" or "input current of fc2 summed over T", came ${JSON.stringify((d.head.type ?? '').slice(0, 60))}`,
      'say what the scores are: spikes of the last layer, or its input')),
    when(head !== undefined && last?.kind === 'linear' && head.layer !== last.name, () => valuesDisagree(at(file, 'head', 'type'), `it reads "${head?.layer}", but the last layer is "${last?.kind === 'linear' ? last.name : ''}"`, 'the scores come from the last layer')),
    when(last?.kind === 'linear' && last.to !== d.classes, () => valuesDisagree(at(file, 'classes'), `${d.classes}, but the last layer has ${last?.kind === 'linear' ? last.to : 0} outputs`, 'one output per class')),
  ];
});

const inputFits = rule<Cnn>('input in_channels', (d, file) => {
  const { layout, normalize } = d.input, encoding = encodingOf(d), once = encoding === 'direct' || encoding === 'poisson';
  return [
    when(normalize !== undefined && encoding !== 'direct', () => structureUnsupported(at(file, 'input', 'normalize'), 'only images given directly are normalised', 'leave normalize out, or use "encoding": "direct"')),
    ...(['mean', 'std'] as const).map((part) => when(normalize !== undefined && normalize[part].length !== d.in_channels, () => valuesDisagree(at(file, 'input', 'normalize', part),
      `${normalize?.[part].length} values for ${d.in_channels} input channels`, 'give one value per channel'))),
    when(layout !== undefined && layout !== (once ? '[S, C, H, W]' : '[S, T, C, H, W]'), () => valuesDisagree(at(file, 'input', 'layout'), `${JSON.stringify(layout?.slice(0, 40))} does not fit the encoding "${d.input.encoding.slice(0, 40)}"`,
      once ? 'images are given once: "[S, C, H, W]"' : 'spikes and frames have a step axis: "[S, T, C, H, W]"')),
  ];
});

export const mnistCnn = defineFamily({
  name: 'mnist-cnn', doc: 'Convolutional network of STBP and ADMM compression: average pooling of spikes, neurons that fire strictly above their threshold',
  keys: { ...vision, ...classifier, input, neuron: stbpNeuron, layers: list(word('one layer'), 64, `the layers in order: ${layerWords}`), ...ignored('pooling', 'use') },
  detect: (keys) => keys.has('conv1.weight', 4) && keys.has('fc1.weight', 2) && !keys.has('*.running_mean'),
  sketch,
  rules: [linesFit, headFits, inputFits, decayFits, classNamesFit, pixelWords], input: layoutOf, outputs: ({ classes }) => classes, parts, build,
});

/** Names count from 1. A convolution keeps the size of its map, a pool of 2 x 2 follows it, unless said otherwise; so the first matrix shows how large a square image was. */
function sketch(keys: FileKeys) {
  const named = (kind: string) => { let i = 1; while (i <= most.depth && keys.size(`${kind}${i}.weight`, 0) !== undefined) i++; return Array.from({ length: i - 1 }, (_, at) => `${kind}${at + 1}`); };
  const convs = named('conv'), matrices = named('fc'), to = (name: string) => keys.size(`${name}.weight`, 0), window = (name: string) => keys.size(`${name}.weight`, 2) ?? 0, last = matrices.at(-1) ?? 'fc1';
  const channels = to(convs.at(-1) ?? ''), features = keys.size('fc1.weight', 1), side = channels && features ? Math.sqrt(features / channels) * 2 ** convs.length : undefined;
  return {
    shown: { in_channels: keys.size('conv1.weight', 1), classes: to(last) },
    assumed: { image_size: side !== undefined && Number.isInteger(side) ? [side, side] : undefined, layers: [...convs.flatMap((name) => [`${name}: ${to(name)} channels ${window(name)}x${window(name)} padding ${(window(name) - 1) >> 1}`, 'avgpool 2x2 of spikes']),
      'flatten C H W', ...matrices.map((name) => `${name}: ${to(name)}`)], head: { type: `spike count of ${last} / T` } },
    optional: ['input.normalize', 'class_names'],
  };
}

function parts(descriptor: Cnn): readonly Part[] {
  return (place(descriptor) as readonly Placed[]).flatMap((line): Part[] => {
    if (line.kind === 'conv') return [conv2d(line.name, line.from, line.to, { window: line.kernel, padding: line.padding, bias: true })];
    if (line.kind !== 'linear') return [];
    return [line.grid[0] * line.grid[1] > 1 ? flatLinear(line.name, line.from, line.grid, line.to, { bias: true }) : linear(line.name, line.from, line.to, { bias: true })];
  });
}

function build(descriptor: Cnn, weights: Weights) {
  const neuron = stbpOf(descriptor.neuron), network = startNetwork(descriptor, weights, neuron), { builder } = network, encoding = encodingOf(descriptor), { reads } = headOf(descriptor)!, last = lastOf(descriptor).name;
  const start = encoding === 'direct' || encoding === 'frames' ? addInput(network, { ...descriptor, input: { ...descriptor.input, encoding, layout: undefined } }) : addSource(network, layoutOf(descriptor));
  // Spikes of a window are counted; what makes an average of them joins the weights of the next layer.
  let value: ValueId = start, share = 1, current = value, pools = 0;
  for (const line of place(descriptor) as readonly Placed[]) {
    if (line.kind === 'flatten') continue;
    if (line.kind === 'pool') {
      value = builder.add(sumPool, `pool${++pools}`, [value], poolSlide(line.kernel));
      share /= line.kernel ** 2;
      continue;
    }
    current = network.layer(line.name, share === 1 ? value : network.scale(`${line.name}.average`, value, share));
    share = 1;
    // Published golden data calls the spikes of a layer by the layer's name.
    value = neuron(builder, `${line.name}.lif`, current);
    builder.probe(line.name, value, line.kind === 'conv' ? axes.image : axes.vector);
  }
  return reads === 'spikes' ? network.finish(value) : network.finish(current, { scale: descriptor.T });
}
