// What a descriptor's values must be to each other, and what of it is supported. Rules run on every part that has the right shape, so that all mistakes show at once.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Path } from './faults.ts';
import { neuronUnsupported, structureUnsupported, valuesDisagree, wordsDiffer } from './faults.ts';
import { most } from './limits.ts';
import { fractionOf } from './neurons.ts';
import type { Classifier, Lif, Ssa, Stage, Stbp, Stem, Transformer, Vision } from './parts.ts';
import { hiddenOf, stemGrids } from './sizes.ts';
import type { StemNames } from './stem.ts';

/** `needs`: keys that must have the right shape before the rule may read them. `faults` may be warnings, too. */
export type Rule<D> = Readonly<{ needs: readonly string[]; faults: { of(descriptor: D, file: string): readonly (Fault | undefined)[] }['of'] }>;

/** @param needs keys, separated by spaces; `a.b` for a key inside an object */
export const rule = <D>(needs: string, faults: (descriptor: D, file: string) => readonly (Fault | undefined)[]): Rule<D> => ({ needs: needs.split(' '), faults });
export const when = <T>(condition: boolean, make: () => T): T | undefined => (condition ? make() : undefined);
export const at = (file: string, ...path: Path) => ({ file, path });

/** Faults of all rules whose keys have the right shape. @param misfits paths that the schema refused */
export function applyRules<D>(rules: readonly Rule<D>[], descriptor: D, misfits: readonly Path[], file: string): readonly Fault[] {
  const broken = misfits.map((path) => path.join('.'));
  const sound = (key: string) => !broken.some((path) => path === '' || path === key || path.startsWith(`${key}.`) || key.startsWith(`${path}.`));
  return rules.filter(({ needs }) => needs.every(sound)).flatMap(({ faults }) => faults(descriptor, file)).filter((fault) => fault !== undefined);
}

export const headsFit = rule<Pick<Transformer, 'heads' | 'head_dim' | 'embed_dims'>>('heads head_dim embed_dims', ({ heads, head_dim, embed_dims }, file) => [
  when(heads * head_dim !== embed_dims, () => valuesDisagree(at(file, 'head_dim'), `${heads} heads of ${head_dim} channels are ${heads * head_dim}, embed_dims is ${embed_dims}`,
    embed_dims % heads === 0 ? `write "head_dim": ${embed_dims / heads}` : `heads must divide embed_dims: ${embed_dims} is not a multiple of ${heads}`))]);

export const hiddenFits = rule<Pick<Transformer, 'embed_dims' | 'mlp_ratio'>>('mlp_ratio embed_dims', (d, file) => [
  when(hiddenOf(d) < 1 || hiddenOf(d) > most.hidden, () => valuesDisagree(at(file, 'mlp_ratio'),
    `a hidden layer of ${hiddenOf(d)} channels; wanted 1 to ${most.hidden}`, 'the hidden layer has embed_dims * mlp_ratio channels'))]);

export const classNamesFit = rule<Pick<Classifier, 'classes' | 'class_names'>>('class_names classes', ({ class_names, classes }, file) => [
  when(class_names !== undefined && class_names.length !== classes, () => valuesDisagree(at(file, 'class_names'),
    `${class_names?.length} names for ${classes} classes`, 'give one name per class, or leave class_names out'))]);

const neuronHint = 'retrain with tau 2; the integer form of the neuron is exact only where 1/m of the potential stays (operators.md theorem 2)';

/** tau 2, reset to zero or by subtraction, fires at or above its threshold. */
export const lifFits = rule<Readonly<{ neuron: Lif }>>('neuron', ({ neuron: { type, tau, v_reset, fires_when } }, file) => [
  when(type !== 'lif', () => neuronUnsupported(at(file, 'neuron', 'type'), `wanted "lif", came ${JSON.stringify(type.slice(0, 40))}`,
    'only the leaky integrate-and-fire neuron is imported for this family')),
  when(tau !== 2, () => neuronUnsupported(at(file, 'neuron', 'tau'), `wanted 2, came ${tau}: 1 - 1/tau of the potential stays at each step, and only 1/2 is an exact integer shift`, neuronHint)),
  when(v_reset !== null && v_reset !== 0, () => neuronUnsupported(at(file, 'neuron', 'v_reset'), `wanted 0 (reset to zero) or null (subtract the threshold), came ${v_reset}`,
    'a reset to another potential is not imported')),
  when(fires_when !== undefined && !/(>=|≥)/.test(fires_when), () => neuronUnsupported(at(file, 'neuron', 'fires_when'),
    `wanted "h >= v_threshold", came ${JSON.stringify(fires_when?.slice(0, 60))}`,
    'neurons with the strict comparator > need another rounding of the leak and are not imported for this family')),
]);

/** A decay that is a fraction, and the strict comparator. */
export const decayFits = rule<Readonly<{ neuron: Stbp }>>('neuron', ({ neuron: { decay, fires_when } }, file) => [
  when(fractionOf(decay) === undefined, () => neuronUnsupported(at(file, 'neuron', 'decay'), `${decay} is no fraction with at most four digits`, 'write the decay that the network was trained with, as 0.25 or 0.3')),
  when(fires_when !== undefined && !/>(?!=)/.test(fires_when), () => neuronUnsupported(at(file, 'neuron', 'fires_when'),
    `wanted "m > v_threshold", came ${JSON.stringify(fires_when?.slice(0, 60))}`, 'this neuron fires strictly above its threshold')),
]);

/** Stages of a stem: their number, their names in the checkpoint, and that the last one hands `embed_dims` channels on. */
export const stagesFit = (count: number, names: StemNames) => rule<Readonly<{ patch_embed: Stem; embed_dims: number }>>('patch_embed.stages embed_dims', ({ patch_embed: { stages }, embed_dims }, file) => [
  when(stages.length !== count, () => valuesDisagree(at(file, 'patch_embed', 'stages'), `${stages.length} stages; the stem of this family has ${count}`,
    `list ${Array.from({ length: count }, (_, i) => names(i).conv).join(', ')}`)),
  when(stages.length === count && stages[count - 1].channels !== embed_dims, () => valuesDisagree(at(file, 'patch_embed', 'stages', count - 1, 'channels'),
    `${stages[count - 1].channels} channels leave the stem, embed_dims is ${embed_dims}`, `write "channels": ${embed_dims}`)),
  ...stages.flatMap((stage, i) => (['conv', 'bn', 'lif'] as const).map((part) => when(i < count && stage[part] !== undefined && stage[part] !== names(i)[part],
    () => valuesDisagree(at(file, 'patch_embed', 'stages', i, part), `stage ${i} of this family is called "${names(i)[part]}", not ${JSON.stringify(stage[part]?.slice(0, 40))}`, `write "${part}": "${names(i)[part]}"`)))),
]);

export const tokensFit = rule<Pick<Vision, 'image_size'> & Pick<Transformer, 'tokens'> & Readonly<{ patch_embed: Stem }>>('image_size patch_embed.stages patch_embed.maxpool tokens',
  ({ image_size, patch_embed, tokens }, file) => {
    const grids = stemGrids(image_size, patch_embed), last = typeof grids === 'string' ? undefined : grids[grids.length - 1];
    return [when(typeof grids === 'string', () => valuesDisagree(at(file, 'patch_embed', 'maxpool'), String(grids), 'the pooled map must keep at least one position')),
      when(last !== undefined && last[0] * last[1] !== tokens, () => valuesDisagree(at(file, 'tokens'), `${tokens}, but an image of ${image_size.join(' x ')} is pooled to ${last?.join(' x ')}`,
        `write "tokens": ${last && last[0] * last[1]}, or correct image_size or the stages that pool`))];
  });

export const poolFits = rule<Readonly<{ patch_embed: Pick<Stem, 'maxpool'> }>>('patch_embed.maxpool', ({ patch_embed: { maxpool: { kernel, padding } } }, file) => [
  when(2 * padding > kernel, () => structureUnsupported(at(file, 'patch_embed', 'maxpool', 'padding'), `padding ${padding} is more than half of kernel ${kernel}: a window could lie wholly outside the map`,
    'wanted at most half the kernel, as in {"kernel": 3, "stride": 2, "padding": 1}'))]);

export const inputFits = rule<Pick<Vision, 'input' | 'in_channels'>>('input in_channels', ({ input: { encoding, layout, normalize }, in_channels }, file) => [
  when(encoding === 'frames' && normalize !== undefined, () => structureUnsupported(at(file, 'input', 'normalize'),
    'event counts are not normalised: a count of 0 must stay 0', 'leave normalize out, or use "encoding": "direct" for images')),
  ...(['mean', 'std'] as const).map((part) => when(normalize !== undefined && normalize[part].length !== in_channels, () => valuesDisagree(at(file, 'input', 'normalize', part),
    `${normalize?.[part].length} values for ${in_channels} input channels`, 'give one value per channel'))),
  when(layout !== undefined && (encoding === 'frames') !== (layout === '[S, T, C, H, W]'), () => valuesDisagree(at(file, 'input', 'layout'),
    `"${layout}" does not fit the encoding "${encoding}"`,
    encoding === 'frames' ? 'frames have a step axis: "[S, T, C, H, W]"' : 'images are given once: "[S, C, H, W]"')),
]);

/** Orders of layers that stage i may have, each written 'conv3x3 bn lif'. */
export const ordersFit = (allowed: (stage: number) => readonly string[]) => rule<Readonly<{ patch_embed: Readonly<{ stages: readonly Stage[] }> }>>('patch_embed.stages', ({ patch_embed: { stages } }, file) =>
  stages.map(({ order }, i) => when(!allowed(i).includes(order.join(' ')), () => structureUnsupported(at(file, 'patch_embed', 'stages', i, 'order'),
    `wanted ${allowed(i).map((one) => `[${one.replaceAll(' ', ', ')}]`).join(' or ')}, came [${order.join(', ')}]`,
    'the order of a stage decides what is pooled: spikes behind the lif, currents before it'))));

/** The threshold on the unscaled count that scale and v_threshold make (operators.md theorem 4), where an attention states one. */
export const integerThresholdFits = (file: string, path: Path, { scale, v_threshold, integer_threshold }: Pick<Ssa, 'scale' | 'v_threshold' | 'integer_threshold'>, { decay_input, tau }: Lif): Fault | undefined => {
  const threshold = (decay_input ? tau : 1) * v_threshold / scale;
  return when(integer_threshold !== undefined && Math.abs(integer_threshold - threshold) > 1e-9 * threshold, () => valuesDisagree(at(file, ...path, 'integer_threshold'),
    `${integer_threshold}, but scale ${scale} and v_threshold ${v_threshold} make ${threshold}`, 'leave it out, or correct scale or v_threshold'));
};
export const ssaThresholdFits = rule<Readonly<{ attention: Ssa; neuron: Lif }>>('attention neuron', ({ attention, neuron }, file) => [integerThresholdFits(file, ['attention'], attention, neuron)]);

/** Rules of every vision transformer of one width with a stem of stages; `stagesFit` and `ordersFit` say the rest. */
export const visionTransformerRules = [headsFit, hiddenFits, classNamesFit, lifFits, tokensFit, poolFits, inputFits] as const;

const words = (text: string) => text.toLowerCase().replace(/[\s,]+/g, ' ').trim();

/** Warning C2014 where `head.type` says something else than what is built. */
export const headWords = (built: string) => rule<Pick<Classifier, 'head'>>('head', ({ head: { type } }, file) => [
  when(type !== undefined && words(type) !== words(built), () => wordsDiffer(at(file, 'head', 'type'), built, type ?? ''))]);
/** Warning C2014 where `input.values` says other pixels than k/256. */
export const pixelWords = rule<Readonly<{ input: Readonly<{ encoding: string; normalize?: unknown; values?: string | undefined }> }>>('input', ({ input: { encoding, normalize, values } }, file) => [
  when(values !== undefined && encoding === 'direct' && !normalize && !/\b256\b/.test(values), () => wordsDiffer(at(file, 'input', 'values'), 'k/256, k in 0..255', values ?? ''))]);
/** Warning C2014 where `attention.order` names no order of q and k. */
export const orderWords = rule<Readonly<{ attention: Ssa }>>('attention', ({ attention: { order } }, file) => [
  when(order !== undefined && !/\(\s*[qk]/i.test(order), () => wordsDiffer(at(file, 'attention', 'order'), '(q k^T) v', order ?? ''))]);
