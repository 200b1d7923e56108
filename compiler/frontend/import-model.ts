// Checkpoint and descriptor -> real graph.
import type { Outcome } from '../../targets/contract/fault.ts';
import { succeed } from '../../targets/contract/fault.ts';
import type { Checkpoint } from '../files/checkpoint.ts';
import type { Graph } from '../ir/types.ts';
import type { Descriptor, FamilyName } from './descriptor.ts';
import { checkpointDiffers } from './faults.ts';
import { families } from './index.ts';
import type { Keys } from './keys.ts';
import { takeLayers } from './keys.ts';
import { parseDescriptor } from './read-descriptor.ts';

/** `classes`: names, or their numbers. `parameters`: trainable values that the network reads. */
export type Imported = Readonly<{ graph: Graph; family: FamilyName; descriptor: Descriptor; classes: readonly string[]; parameters: number; keys: Keys }>;

/**
 * Builds the real graph of a trained network. Every key of the checkpoint is used, ignored with a reason, or a fault.
 * @param descriptor what `readDescriptor` gives: not yet judged
 * @param descriptorFile its name, for faults
 * Faults: C2001 to C2024, all of one stage (descriptor, then keys, then statistics) at once; warnings C2013, C2014, C2025.
 */
export function importModel(checkpoint: Checkpoint, descriptor: unknown, descriptorFile: string): Outcome<Imported> {
  const parsed = parseDescriptor(descriptor, descriptorFile);
  if (!parsed.ok) return parsed;
  const checked = parsed.value, family = families[checked.family];
  const taken = takeLayers(checkpoint, checked, family.layers(checked));
  if (!taken.ok) return { ok: false, faults: [...taken.faults, ...parsed.warnings] };
  const wrapper = checked.checkpoint?.wrapper;
  const differs = wrapper !== undefined && wrapper !== checkpoint.wrapper ? [checkpointDiffers({ file: descriptorFile, path: ['checkpoint', 'wrapper'] }, wrapper,
    checkpoint.wrapper)] : [];
  const { layers, parameters, keys } = taken.value;
  return succeed({ graph: family.build(checked, layers), family: checked.family, descriptor: checked, parameters, keys,
    classes: checked.class_names ?? Array.from({ length: checked.classes }, (_, i) => String(i)) }, [...parsed.warnings, ...taken.warnings, ...differs]);
}
