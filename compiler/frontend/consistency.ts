// What a descriptor's values must be to each other, and what of it is supported. Rules run on every part that has the right shape, so that all mistakes show at once.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Descriptor, Path, SdtDescriptor, SpikformerDescriptor } from './descriptor.ts';
import { most } from './limits.ts';
import { networkTooLarge, neuronUnsupported, structureUnsupported, valuesDisagree, wordsDiffer } from './faults.ts';
import { stemNames } from './network.ts';
import { hiddenOf, neuronsOf, pools, stemGrids } from './sizes.ts';

/** `needs`: keys that must have the right shape before the rule may read them. */
type Rule<D extends Descriptor> = Readonly<{ needs: readonly string[]; faults: { of(descriptor: D, file: string): readonly (Fault | undefined)[] }['of'] }>;

const rule = <D extends Descriptor>(needs: string, faults: (descriptor: D, file: string) => readonly (Fault | undefined)[]): Rule<D> => ({ needs: needs.split(' '), faults });
const when = <T>(condition: boolean, make: () => T): T | undefined => (condition ? make() : undefined);
const at = (file: string, ...path: Path) => ({ file, path });

const neuronHint = 'retrain with tau 2; the integer form of the neuron is exact only where 1/m of the potential stays (operators.md theorem 2)';

const common: readonly Rule<Descriptor>[] = [
  rule('heads head_dim embed_dims', ({ heads, head_dim, embed_dims }, file) => [when(heads * head_dim !== embed_dims, () => valuesDisagree(at(file, 'head_dim'),
    `${heads} heads of ${head_dim} channels are ${heads * head_dim}, embed_dims is ${embed_dims}`,
    embed_dims % heads === 0 ? `write "head_dim": ${embed_dims / heads}` : `heads must divide embed_dims: ${embed_dims} is not a multiple of ${heads}`))]),
  rule('mlp_ratio embed_dims', (d, file) => [when(hiddenOf(d) < 1 || hiddenOf(d) > most.hidden, () => valuesDisagree(at(file, 'mlp_ratio'),
    `a hidden layer of ${hiddenOf(d)} channels; wanted 1 to ${most.hidden}`, 'the hidden layer has embed_dims * mlp_ratio channels'))]),
  rule('class_names classes', ({ class_names, classes }, file) => [when(class_names !== undefined && class_names.length !== classes, () => valuesDisagree(at(file, 'class_names'),
    `${class_names?.length} names for ${classes} classes`, 'give one name per class, or leave class_names out'))]),
  rule('neuron', ({ neuron: { type, tau, v_reset, fires_when } }, file) => [
    when(type !== 'lif', () => neuronUnsupported(at(file, 'neuron', 'type'), `wanted "lif", came ${JSON.stringify(type.slice(0, 40))}`,
      'only the leaky integrate-and-fire neuron of these families is imported')),
    when(tau !== 2, () => neuronUnsupported(at(file, 'neuron', 'tau'), `wanted 2, came ${tau}: 1 - 1/tau of the potential stays at each step, and only 1/2 is an exact integer shift`, neuronHint)),
    when(v_reset !== null && v_reset !== 0, () => neuronUnsupported(at(file, 'neuron', 'v_reset'), `wanted 0 (reset to zero) or null (subtract the threshold), came ${v_reset}`,
      'a reset to another potential is not imported')),
    when(fires_when !== undefined && !/(>=|≥)/.test(fires_when), () => neuronUnsupported(at(file, 'neuron', 'fires_when'),
      `wanted "h >= v_threshold", came ${JSON.stringify(fires_when?.slice(0, 60))}`,
      'neurons with the strict comparator > need another rounding of the leak and are not imported')),
  ]),
  rule('patch_embed.stages embed_dims', ({ patch_embed: { stages }, embed_dims }, file) => [
    when(stages.length !== 4, () => valuesDisagree(at(file, 'patch_embed', 'stages'), `${stages.length} stages; the stem of this family has 4`,
      'list proj_conv, proj_conv1, proj_conv2 and proj_conv3')),
    when(stages.length === 4 && stages[3].channels !== embed_dims, () => valuesDisagree(at(file, 'patch_embed', 'stages', 3, 'channels'),
      `${stages[3].channels} channels leave the stem, embed_dims is ${embed_dims}`,
      `write "channels": ${embed_dims}`)),
    ...stages.flatMap((stage, i) => (['conv', 'bn', 'lif'] as const).map((part) => when(i < 4 && stage[part] !== undefined && stage[part] !== stemNames(i)[part],
      () => valuesDisagree(at(file, 'patch_embed', 'stages', i, part), `stage ${i} of this family is called "${stemNames(i)[part]}", not ${JSON.stringify(stage[part]?.slice(0, 40))}`, `write "${part}": "${stemNames(i)[part]}"`)))),
  ]),
  rule('image_size patch_embed.stages patch_embed.maxpool tokens', (d, file) => {
    const grids = stemGrids(d), last = typeof grids === 'string' ? undefined : grids[grids.length - 1];
    return [when(typeof grids === 'string', () => valuesDisagree(at(file, 'patch_embed', 'maxpool'), String(grids), 'the pooled map must keep at least one position')),
      when(last !== undefined && last[0] * last[1] !== d.tokens, () => valuesDisagree(at(file, 'tokens'),
        `${d.tokens}, but an image of ${d.image_size.join(' x ')} is pooled to ${last?.join(' x ')}`,
        `write "tokens": ${last && last[0] * last[1]}, or correct image_size or the stages that pool`))];
  }),
  rule('image_size patch_embed.stages patch_embed.maxpool embed_dims depths mlp_ratio T', (d, file) => {
    const grids = stemGrids(d), neurons = typeof grids === 'string' ? 0 : neuronsOf(d, grids);
    return [when(neurons * d.T > most.neuronSteps, () => networkTooLarge(file, neurons * d.T, most.neuronSteps))];
  }),
  rule('patch_embed.maxpool', ({ patch_embed: { maxpool: { kernel, padding } } }, file) => [
    when(2 * padding > kernel, () => structureUnsupported(at(file, 'patch_embed', 'maxpool', 'padding'), `padding ${padding} is more than half of kernel ${kernel}: a window could lie wholly outside the map`,
      'wanted at most half the kernel, as in {"kernel": 3, "stride": 2, "padding": 1}'))]),
  rule('input in_channels', ({ input: { encoding, layout, normalize }, in_channels }, file) => [
    when(encoding === 'frames' && normalize !== undefined, () => structureUnsupported(at(file, 'input', 'normalize'),
      'event counts are not normalised: a count of 0 must stay 0', 'leave normalize out, or use "encoding": "direct" for images')),
    ...(['mean', 'std'] as const).map((part) => when(normalize !== undefined && normalize[part].length !== in_channels, () => valuesDisagree(at(file, 'input', 'normalize', part),
      `${normalize?.[part].length} values for ${in_channels} input channels`, 'give one value per channel'))),
    when(layout !== undefined && (encoding === 'frames') !== (layout === '[S, T, C, H, W]'), () => valuesDisagree(at(file, 'input', 'layout'),
      `"${layout}" does not fit the encoding "${encoding}"`,
      encoding === 'frames' ? 'frames have a step axis: "[S, T, C, H, W]"' : 'images are given once: "[S, C, H, W]"')),
  ]),
];

const orderRule = <D extends Descriptor>(last: readonly string[]): Rule<D> => rule<D>('patch_embed.stages', ({ patch_embed: { stages } }, file) => stages.map(({ order }, i) => {
  const fits = i === 3 ? last : ['conv3x3 bn lif', 'conv3x3 bn lif maxpool', 'conv3x3 bn maxpool lif'];
  return when(!fits.includes(order.join(' ')), () => structureUnsupported(at(file, 'patch_embed', 'stages', i, 'order'),
    `wanted ${fits.map((one) => `[${one.replaceAll(' ', ', ')}]`).join(' or ')}, came [${order.join(', ')}]`,
    'the order of a stage decides what is pooled: spikes behind the lif, currents before it'));
}));

const spikformer: readonly Rule<SpikformerDescriptor>[] = [
  orderRule(['conv3x3 bn lif', 'conv3x3 bn lif maxpool', 'conv3x3 bn maxpool lif']),
  rule('attention neuron', ({ attention: { scale, v_threshold, integer_threshold }, neuron: { decay_input, tau } }, file) => {
    const threshold = (decay_input ? tau : 1) * v_threshold / scale;
    return [when(integer_threshold !== undefined && Math.abs(integer_threshold - threshold) > 1e-9 * threshold, () => valuesDisagree(at(file, 'attention', 'integer_threshold'),
      `${integer_threshold}, but scale ${scale} and v_threshold ${v_threshold} make ${threshold}`, 'leave it out, or correct scale or v_threshold'))];
  }),
];

const sdt: readonly Rule<SdtDescriptor>[] = [
  orderRule(['conv3x3 bn', 'conv3x3 bn maxpool']),
  rule('patch_embed', ({ patch_embed: { pooling_stat, stages } }, file) => {
    const stat = stages.map((stage) => Number(pools(stage))).join('');
    return [when(pooling_stat !== undefined && pooling_stat !== stat, () => valuesDisagree(at(file, 'patch_embed', 'pooling_stat'),
      `${JSON.stringify(pooling_stat?.slice(0, 40))}, but the stages pool as "${stat}"`,
      `write "pooling_stat": "${stat}", or correct the order of the stages`))];
  }),
  rule('mode attention', ({ mode, attention: { erode } }, file) => [
    when(mode === 'dvs' && !erode, () => valuesDisagree(at(file, 'attention', 'erode'), 'mode dvs erodes, but no window is given',
      'write "erode": {"kernel": 3, "stride": 1, "padding": 1}, or "mode": "image"')),
    when(mode === 'image' && !!erode, () => valuesDisagree(at(file, 'attention', 'erode'), 'a window is given, but mode image does not erode', 'write "erode": null, or "mode": "dvs"')),
    when(!!erode && (erode.stride !== 1 || erode.kernel !== 2 * erode.padding + 1), () => structureUnsupported(at(file, 'attention', 'erode'),
      `kernel ${erode?.kernel}, stride ${erode?.stride}, padding ${erode?.padding} would change the size of the map`,
        'wanted stride 1 and kernel = 2 * padding + 1, as in {"kernel": 3, "stride": 1, "padding": 1}')),
  ]),
  rule('residual embed_dims mlp_ratio', (d, file) => {
    const inner = hiddenOf(d) === d.embed_dims, said = d.residual.mlp_inner_residual;
    return [when(said !== undefined && said !== inner, () => valuesDisagree(at(file, 'residual', 'mlp_inner_residual'),
      `${said}, but the hidden layer has ${hiddenOf(d)} channels and a token ${d.embed_dims}`,
      'the published MLP has an inner residual exactly when the two are equal: leave the key out'))];
  }),
];

const rules: Readonly<Record<Descriptor['family'], readonly Rule<Descriptor>[]>> = { 'spikformer-cifar': [...common, ...spikformer], 'sdt-v1': [...common, ...sdt] };

/**
 * Faults of all rules whose keys have the right shape.
 * @param misfits paths that the schema refused
 */
export function inconsistencies(descriptor: Descriptor, misfits: readonly Path[], file: string): readonly Fault[] {
  const broken = misfits.map((path) => path.join('.'));
  const sound = (key: string) => !broken.some((path) => path === '' || path === key || path.startsWith(`${key}.`) || key.startsWith(`${path}.`));
  return rules[descriptor.family].filter(({ needs }) => needs.every(sound)).flatMap(({ faults }) => faults(descriptor, file)).filter((fault) => fault !== undefined);
}

/** Warnings about text that says something else than what is built. */
export function differingWords({ head, input: { encoding, normalize, values }, attention }: Descriptor, built: string, file: string): readonly Fault[] {
  const order = attention.type === 'ssa' ? attention.order : undefined;
  const words = (text: string) => text.toLowerCase().replace(/[\s,]+/g, ' ').trim();
  return [
    when(head.type !== undefined && words(head.type) !== words(built), () => wordsDiffer(at(file, 'head', 'type'), built, head.type ?? '')),
    when(values !== undefined && encoding === 'direct' && !normalize && !/\b256\b/.test(values), () => wordsDiffer(at(file, 'input', 'values'), 'k/256, k in 0..255', values ?? '')),
    when(order !== undefined && !/\(\s*[qk]/i.test(order), () => wordsDiffer(at(file, 'attention', 'order'), '(q k^T) v', order ?? '')),
  ].filter((fault) => fault !== undefined);
}
