// plastic: a neuron with a local matrix beside its weights, which every step changes (hybrid plasticity: fixed weights and Hebbian learning in one layer).
import { defineOp } from '../ir/define-op.ts';
import type { EvaluationContext } from '../ir/define-op.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';
import { perChannel } from './affine.ts';
import { attrsWrong, firedType, lif, unitOf } from './lif.ts';
import type { LifAttrs } from './lif.ts';

export type PlasticAttrs = LifAttrs & Readonly<{ clear: 'sample' | 'run'; most?: number; readBits?: number; slopeBits?: number; writeBits?: number }>;
type Params = Readonly<Record<string, Tensor>>;

const whole = (doc: string) => ({ as: 'whole', from: 0, absent: 0, doc } as const);
const inIntegers = ['slope', 'offset', 'table'] as const;

export const plastic = defineOp({
  kind: 'plastic', form: 'chip', barrier: 'none',
  doc: 'The neuron of lif on current + p with p[j] = read[t] * sum over i of x[i] * h[i, j]; then h[i, j] = decay * h[i, j] + fade[t] * x[i] * write[i] * tanh(u[j] / threshold[j] - centre[j]), held within +-bound, '
    + 'u before its reset. h starts at 0 in every sample (clear = sample) or once, and stays over the samples of a run. '
    + 'In integers p = floor(sum * read / 2^readBits + 1/2), held within +-most; tanh is table[floor((u * slope + offset) / 2^slopeBits)], the index held within the table; '
    + 'h = floor(h * decay / 2^16 + 1/2) + floor(fade * x * write * tanh / 2^writeBits + 1/2), held within +-bound.',
  source: 'models-other.md section 8 (Nature Communications 13:65), the batch of one that a chip has; operators.md N3',
  takes: [['current'], ['pixel', 'spike', 'count']],
  attrs: { ...lif.attrs, clear: { as: 'word', of: ['sample', 'run'], doc: 'when the matrix is set to 0' }, most: whole('largest p, integer graphs'), readBits: whole('bits below one unit of p'), slopeBits: whole('bits below one entry of the table'),
    writeBits: whole('bits below one unit of h in a change') },
  params: {
    threshold: lif.params.threshold, read: { shape: '[steps] or [steps, channels]', optional: false, doc: 'what a sum over the matrix counts in the current' }, write: { shape: '[inputs]', optional: false, doc: 'what an input counts in a change' },
    fade: { shape: '[steps]', optional: false, doc: 'factor of the inputs in a change' }, decay: { shape: '[1]', optional: false, doc: 'what stays of the matrix, integer graphs: over 2^16' }, bound: { shape: '[1]', optional: false, doc: 'largest entry' },
    centre: { shape: '[channels]', optional: true, doc: 'potential over threshold at which nothing is learnt, real graphs' },
    slope: { shape: '[channels]', optional: true, doc: 'entries of the table per unit of the potential, integer graphs' }, offset: { shape: '[channels]', optional: true, doc: 'entry of the potential 0, integer graphs' },
    table: { shape: '[entries]', optional: true, doc: 'tanh, integer graphs' },
  },
  infer([x, input], attrs, params, steps) {
    const { threshold, read, write, fade, decay, bound, centre, slope, offset, table } = params, { channels } = x, real = x.domain === 'real', { most = 0, readBits = 0, slopeBits = 0, writeBits = 0 } = attrs;
    const wrong = attrsWrong(attrs) ?? (x.time === 'once' ? 'reads a value without steps; repeat it first' : undefined) ?? (positionsOf(x) > 1 ? `learns at one position; this current has ${positionsOf(x)}` : undefined)
      ?? shapeWrong('threshold', threshold, [channels], [1]) ?? shapeWrong('read', read, [steps], [steps, channels]) ?? shapeWrong('write', write, [positionsOf(input) * input.channels]) ?? shapeWrong('fade', fade, [steps])
      ?? shapeWrong('decay', decay, [1]) ?? shapeWrong('bound', bound, [1]) ?? shapeWrong('centre', centre, [channels]) ?? shapeWrong('slope', slope, [channels]) ?? shapeWrong('offset', offset, [channels])
      ?? onlyWrong(params, real) ?? (bound.data[0] < 0 ? 'has a negative bound' : undefined) ?? ([readBits, slopeBits, writeBits].some((bits) => bits > 48) ? 'keeps more than 48 bits below a unit' : undefined);
    if (wrong !== undefined) return wrong;
    if (real) return firedType(x, x.range, attrs, threshold, steps);
    if (table.shape.length !== 1 || table.data.length === 0) return 'parameter "table" must be a list of at least one entry';
    const range: ValueType['range'] = [x.range[0] - most, x.range[1] + most];
    return plasticReach(input, range, attrs, params, steps) > mostReach ? 'reaches beyond the whole numbers that float64 holds exactly' : firedType(x, range, attrs, threshold, steps);
  },
  evaluate: {
    real: (inputs, node, context) => learn(inputs, node, context, realRules(node)),
    integer: (inputs, node, context) => learn(inputs, node, context, integerRules(node)),
  },
});

/** A mixture has the constants of both domains. */
const onlyWrong = (params: Params, real: boolean): string | undefined => {
  const strange = real ? inIntegers.find((name) => params[name]) : undefined, missing = real ? (params.centre ? undefined : 'centre') : inIntegers.find((name) => !params[name]);
  return strange !== undefined ? `parameter "${strange}" belongs to integer graphs` : missing !== undefined ? `needs the parameter "${missing}" in ${real ? 'a real' : 'an integer'} graph` : undefined;
};

/** Products and sums stay below this, so that a half more is exact, too. */
const mostReach = 2 ** 51;
const largest = (data: Float64Array): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The largest number on the way to p, to an entry of the table and to a change. @param range of the whole current */
function plasticReach(input: ValueType, [low, high]: ValueType['range'], attrs: PlasticAttrs, { threshold, read, write, fade, decay, bound, slope, offset, table }: Params, steps: number): number {
  const rows = write.data.length, most = input.range[1], unit = unitOf(attrs);
  // A potential grows by a whole current a step at most, and what firing at one threshold leaves is no further.
  const potential = steps * Math.max(-low, high) * unit + largest(threshold.data);
  return Math.max(rows * most * bound.data[0] * Math.max(1, largest(read.data)), potential * largest(slope.data) + largest(offset.data), most * largest(write.data) * largest(fade.data) * largest(table.data), bound.data[0] * Math.abs(decay.data[0]));
}

/** What differs between the domains. project: p of a sum. teach: tanh of a potential. change: an entry after a step, before it is held. shown: a membrane as a value. */
type Rules = Readonly<{ leak(u: number): number; unit: number; shown(u: number): number; project(sum: number, step: number, channel: number): number; teach(u: number, channel: number): number; change(entry: number, drive: number, taught: number): number }>;
type PlasticNode = Node<string, PlasticAttrs>;

function realRules({ attrs: { keep: [kept, of] }, params: { threshold, read, decay, centre }, type: { channels } }: PlasticNode): Rules {
  const thresholds = perChannel(threshold.data, channels), each = read.shape.length > 1;
  return { leak: (u) => u * kept / of, unit: 1, shown: (u) => u, project: (sum, step, c) => sum * read.data[each ? step * channels + c : step], teach: (u, c) => Math.tanh(u / thresholds[c] - centre.data[c]),
    change: (entry, drive, taught) => decay.data[0] * entry + drive * taught };
}

function integerRules({ attrs, params: { read, decay, slope, offset, table }, type: { channels } }: PlasticNode): Rules {
  const { keep: [kept, of], fires, most = 0, readBits = 0, slopeBits = 0, writeBits = 0 } = attrs, round = fires === 'above' ? Math.ceil : Math.floor, unit = unitOf(attrs), each = read.shape.length > 1, last = table.data.length - 1;
  const shifted = (value: number, bits: number): number => Math.floor(value / 2 ** bits + 0.5);
  return { leak: (u) => round(u * kept / of), unit, shown: (u) => Math.floor(u / unit), project: (sum, step, c) => Math.max(-most, Math.min(most, shifted(sum * read.data[each ? step * channels + c : step], readBits))),
    teach: (u, c) => table.data[Math.max(0, Math.min(last, Math.floor((u * slope.data[c] + offset.data[c]) / 2 ** slopeBits)))],
    change: (entry, drive, taught) => shifted(entry * decay.data[0], decayBits) + shifted(drive * taught, writeBits) };
}

/** Bits of the fraction of a matrix that stays. */
export const decayBits = 16;

/** One sample, its steps in order; the matrix is what `memory` holds, and is left there. */
function learn([current, x]: readonly Tensor[], node: PlasticNode, { steps, memory, types }: EvaluationContext, { leak, unit, shown, project, teach, change }: Rules): Tensor {
  const { attrs: { reset, fires, membrane, clear }, params: { threshold, write, fade, bound: { data: [bound] } }, type: { channels } } = node, rows = write.data.length, strict = fires === 'above';
  const thresholds = perChannel(threshold.data, channels), before = clear === 'run' ? memory?.get(node.name) : undefined, matrix = before ? before.slice() : new Float64Array(rows * channels);
  const u = new Float64Array(channels), stored = new Float64Array(channels), data = new Float64Array(steps * channels), stride = types[1].time === 'step' ? rows : 0;
  for (let step = 0; step < steps; step++) {
    const sums = new Float64Array(channels), from = step * stride;
    for (let i = 0; i < rows; i++) if (x.data[from + i] !== 0) for (let c = 0; c < channels; c++) sums[c] += x.data[from + i] * matrix[i * channels + c];
    for (let c = 0; c < channels; c++) {
      const at = step * channels + c, theta = thresholds[c];
      u[c] = leak(stored[c]) + (current.data[at] + project(sums[c], step, c)) * unit;
      const spike = strict ? u[c] > theta : u[c] >= theta;
      data[at] = membrane ? shown(u[c]) : Number(spike);
      stored[c] = !spike ? u[c] : reset === 'zero' ? 0 : reset === 'subtract' ? u[c] - theta : theta;
    }
    const taught = u.map(teach);
    for (let i = 0; i < rows; i++) {
      const drive = x.data[from + i] * write.data[i] * fade.data[step];
      for (let c = 0; c < channels; c++) matrix[i * channels + c] = Math.max(-bound, Math.min(bound, change(matrix[i * channels + c], drive, taught[c])));
    }
  }
  memory?.set(node.name, matrix);
  return { shape: [steps, 1, channels], data };
}
