// The architecture descriptor (arch.json, format 1): every authoritative key declared once, per family; the only door to zod here.
import { z } from 'zod';
import { most } from './limits.ts';

/** `wanted` is what a fault says was wanted; `doc` stands in the published schema and in hints. */
const whole = (least: number, greatest: number, doc: string) => {
  const error = `a whole number from ${least} to ${greatest}`;
  return z.int({ error }).min(least, { error }).max(greatest, { error }).describe(doc);
};
const real = (least: number, greatest: number, wanted: string, doc: string) =>
  z.number({ error: wanted }).min(least, { error: wanted }).max(greatest, { error: wanted }).describe(doc);
const factor = (doc: string) => real(1 / most.factor, most.factor, `a number from ${1 / most.factor} to ${most.factor}`, doc);
const flag = (doc: string) => z.boolean({ error: 'true or false' }).describe(doc);
const word = (doc: string) => z.string({ error: 'a text' }).max(most.nameLength, { error: `a text of at most ${most.nameLength} characters` })
  .regex(/^\P{Cc}*$/u, { error: 'a text without control characters' }).describe(doc);
const one = <const T extends string | number>(value: T, doc: string) => z.literal(value, { error: JSON.stringify(value) }).describe(doc);
const oneOf = <const T extends readonly string[]>(values: T, doc: string) => z.enum(values, { error: values.map((value) => JSON.stringify(value)).join(' or ') }).describe(doc);
const list = <T extends z.ZodType>(item: T, greatest: number, doc: string) => z.array(item, { error: 'a list' }).max(greatest, { error: `a list of at most ${greatest}` }).describe(doc);
const group = <T extends z.ZodRawShape>(shape: T, doc: string) => z.object(shape, { error: 'an object' }).describe(doc);
/** For people, or for a comparison with golden data: known by name, never read here. */
const ignored = <const N extends string>(...names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, z.unknown().optional().describe('ignored: text for people, or golden data')])) as Record<N, z.ZodOptional<z.ZodUnknown>>;

const window = { kernel: whole(1, most.window, 'side of the window'), stride: whole(1, most.window, 'step of the window'), padding: whole(0, most.window,
  'rows and columns added on each side') };
const orders = ['conv3x3', 'bn', 'lif', 'maxpool'] as const;
const stage = group({
  conv: word('name of the convolution in the checkpoint').optional(), bn: word('name of its batch normalisation').optional(), lif: word('name of its neuron').optional(),
  order: list(oneOf(orders, 'layer of a stage'), 8, 'layers of the stage, in order'),
  channels: whole(1, most.channels, 'channels that leave the stage'), ...ignored('output', 'text'),
}, 'one stage of the stem');
const stages = list(stage, 16, 'stages of the stem, in order');
const maxpool = group({ ...window, ...ignored('position', 'text') }, 'max pooling of the stages whose order names it');

const neuron = group({
  type: word('kind of neuron; "lif"'),
  tau: z.number({ error: 'a number' }).describe('time constant; 2'),
  decay_input: flag('true: h = v + (x - v)/tau; false: h = v - v/tau + x'),
  v_threshold: factor('a neuron fires at h >= v_threshold'),
  v_reset: z.number({ error: '0 (reset to zero) or null (subtract the threshold)' }).nullable().describe('0: a spike sets the potential to zero; null: it subtracts the threshold'),
  fires_when: word('comparator, "h >= v_threshold"').optional(), ...ignored('reset', 'update', 'state_cleared', 'text'),
}, 'the neuron of every spiking layer, as SpikingJelly names its parameters');

const normalize = group({
  scale: factor('factor of a pixel 0..255 before the mean is taken off; usually 1/255'),
  mean: list(real(-most.factor, most.factor, `a number within ${most.factor}`, 'mean of one channel'), most.inputChannels, 'mean per input channel'),
  std: list(factor('standard deviation of one channel'), most.inputChannels, 'standard deviation per input channel'),
}, 'value = (pixel * scale - mean) / std; without it a network reads pixel / 256');

const input = group({
  encoding: oneOf(['direct', 'frames'], 'direct: one image, repeated at every step; frames: event counts 0..255 at every step'),
  layout: oneOf(['[S, C, H, W]', '[S, T, C, H, W]'], 'axes of a file of samples').optional(),
  dtype: word('element type of a file of samples').optional(),
  values: word('what the file of samples holds, in words').optional(),
  normalize: normalize.optional(), ...ignored('repeated', 'text'),
}, 'what one sample is');

const shared = {
  format: one(1, 'version of this form'),
  T: whole(1, most.steps, 'time steps'),
  image_size: z.tuple([whole(1, most.side, 'height'), whole(1, most.side, 'width')], { error: 'a pair [height, width]' }).describe('height and width of the input'),
  in_channels: whole(1, most.inputChannels, 'channels of the input'),
  classes: whole(1, most.classes, 'outputs of the head'),
  class_names: list(word('name of a class'), most.names, 'names of the classes, in order').optional(),
  embed_dims: whole(1, most.channels, 'channels of a token'),
  depths: whole(1, most.depth, 'transformer blocks'),
  heads: whole(1, most.heads, 'attention heads'),
  head_dim: whole(1, most.channels, 'channels of one head; heads * head_dim = embed_dims'),
  mlp_ratio: factor('hidden channels of the MLP over embed_dims'),
  tokens: whole(1, most.side ** 2, 'positions of the pooled map'),
  neuron, input,
  bn_eps: real(0, 1, 'a number from 0 to 1', 'epsilon of every batch normalisation'),
  head: group({ type: word('what the head does, in words').optional(), ...ignored('reads', 'text') }, 'the classifier'),
  ignored_keys: list(word('key of the checkpoint that the network never reads; * stands for any characters'), most.patterns, 'keys of the checkpoint that are left out').optional(),
  checkpoint: group({ wrapper: word('entry that holds the state dict, or "none"').optional(), key_prefix: word('text before every key').optional(), ...ignored('format',
    'text') }, 'form of the checkpoint file').optional(),
  case: word('name of this network').optional(),
  ...ignored('exact', 'origin', 'origin_file', 'linear', 'logits', 'units', 'units_note', 'logits_denominator', 'membrane_inputs', 'membrane_inputs_note', 'spikes', 'mean_rate',
    'rates_in_3_to_40_percent', 'verification', 'parameters', 'text', 'note', 'notes', 'why_not_exact'),
};

const spikformerCifar = group({
  family: one('spikformer-cifar', 'Spikformer, graph of the CIFAR models: spikes are added'), ...shared,
  patch_embed: group({ type: one('sps', 'spiking patch splitting'), stages, maxpool, ...ignored('rpe', 'text') }, 'the stem'),
  attention: group({
    type: one('ssa', 'spiking self attention without softmax'), scale: factor('factor of q k^T v before its neuron'), v_threshold: factor('threshold of its neuron'),
    order: word('order of multiplication in the published code; it changes no result').optional(), integer_threshold: whole(1, 2 ** 31 - 1, 'threshold on the unscaled count').optional(),
    ...ignored('lif', 'text', 'unused'),
  }, 'attention'),
  residual: group({ type: one('sew-add', 'spikes are added'), ...ignored('text') }, 'residual connections'),
}, 'Spikformer');

const sdtV1 = group({
  family: one('sdt-v1', 'Spike-driven Transformer V1: currents are added'), ...shared,
  mode: oneOf(['image', 'dvs'], 'dvs: the spikes of k and v, their product and the masked query are eroded'),
  patch_embed: group({ type: one('ms-sps', 'spiking patch splitting that hands on currents'), pooling_stat: word('one digit per stage, 1 where it pools').optional(), stages,
    maxpool, ...ignored('rpe', 'text') }, 'the stem'),
  attention: group({
    type: one('sdsa', 'spike-driven self attention'), v_threshold: factor('threshold of its neuron'),
    erode: group({ ...window, ...ignored('op', 'applied_to', 'text') }, 'window of the erosion of mode dvs').nullable().optional(),
    ...ignored('input_lif', 'kv_lif', 'text', 'unused'),
  }, 'attention'),
  residual: group({ type: one('membrane-shortcut', 'currents are added'), mlp_inner_residual: flag('the output of fc1 joins the stream too; so it does exactly when hidden width = width').optional(),
    ...ignored('text', 'mlp_inner_text') }, 'residual connections'),
}, 'Spike-driven Transformer V1');

/** One row per family. */
export const familySchemas = { 'spikformer-cifar': spikformerCifar, 'sdt-v1': sdtV1 } as const;
export type FamilyName = keyof typeof familySchemas;
export type SpikformerDescriptor = z.infer<typeof spikformerCifar>;
export type SdtDescriptor = z.infer<typeof sdtV1>;
export type Descriptor = SpikformerDescriptor | SdtDescriptor;
export type Stage = z.infer<typeof stage>;

/** Steps from the root to a value. */
export type Path = readonly (string | number)[];
/** One thing that does not fit the schema. `wanted`: in words; `doc`: what the key means. */
export type Misfit = Readonly<{ path: Path; wanted: string; doc: string | undefined }>;
/** A key that no schema declares, and its declared neighbours. */
export type Stranger = Readonly<{ path: Path; known: readonly string[] }>;

/** Checks a descriptor of a known family against its schema; `descriptor` is there exactly when nothing misfits. */
export function checkShape(family: FamilyName, value: unknown): Readonly<{ descriptor?: Descriptor; misfits: readonly Misfit[]; strangers: readonly Stranger[] }> {
  const schema = familySchemas[family], result = schema.safeParse(value);
  const misfits = (result.error?.issues ?? []).map(({ path, message }) => {
    const steps = path.filter((step) => typeof step !== 'symbol');
    return { path: steps, wanted: message, doc: docAt(schema, steps) };
  });
  return { ...(result.success ? { descriptor: result.data } : {}), misfits, strangers: strangersIn(schema, value, []) };
}

/** JSON schema (draft 7) of the descriptor, both families, for editors and other tools. */
export const descriptorJsonSchema = (): object => z.toJSONSchema(z.discriminatedUnion('family', [spikformerCifar, sdtV1]), { target: 'draft-7', io: 'input' });

const bare = (schema: unknown): unknown => (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? bare(schema.unwrap()) : schema);

function inside(schema: unknown, step: string | number): unknown {
  const known = bare(schema);
  if (known instanceof z.ZodObject) return typeof step === 'string' && Object.hasOwn(known.shape, step) ? known.shape[step] : undefined;
  if (known instanceof z.ZodArray) return known.element;
  return known instanceof z.ZodTuple ? known.def.items[Number(step)] : undefined;
}

function docAt(schema: unknown, path: Path): string | undefined {
  const at = bare(path.reduce<unknown>(inside, schema));
  return at instanceof z.ZodType ? at.description : undefined;
}

function strangersIn(schema: unknown, value: unknown, path: Path): Stranger[] {
  const known = bare(schema);
  if (known instanceof z.ZodArray && Array.isArray(value)) return value.slice(0, most.listed).flatMap((item, i) => strangersIn(known.element, item, [...path, i]));
  if (!(known instanceof z.ZodObject) || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    (Object.hasOwn(known.shape, key) ? strangersIn(known.shape[key], item, [...path, key]) : [{ path: [...path, key], known: Object.keys(known.shape) }]));
}
