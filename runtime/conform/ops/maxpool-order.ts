// maxpool-order: a maximum of currents before the neuron is not an OR of spikes behind it.
import { maxPool } from '../../../compiler/ops/index.ts';
import { defineCase } from './define-case.ts';
import { neuronOf, unitOf } from './neuron-words.ts';
import { laid } from './op-array.ts';
import { windowOf } from './op-file.ts';
import { startPart } from './part.ts';

export const maxpoolOrder = defineCase({
  op: 'maxpool-order', doc: 'max-pool of currents before lif, and lif before an OR of spikes',
  parts(file) {
    const current = laid(file, 'current', 'T C H W', { unit: unitOf(file, 'current') }), neuron = neuronOf(file), slide = windowOf(file);
    return (['pool_then_lif', 'lif_then_pool'] as const).map((name) => {
      const spikes = laid(file, name, 'T C H W'), part = startPart(file, name, current), { builder } = part, entered = part.enter('current', current, { as: 'currents' });
      const fired = name === 'pool_then_lif' ? neuron(builder, 'neuron', builder.add(maxPool, 'pool', [entered], slide)) : builder.add(maxPool, 'pool', [neuron(builder, 'neuron', entered)], slide);
      part.holds(name, fired, spikes);
      return part.ends(fired, spikes);
    });
  },
});
