// head-lif-token-sum: the neuron of a mean over tokens is the neuron of their sum with its threshold times as high.
import { affine, sumTokens } from '../../../compiler/ops/index.ts';
import { defineCase } from './define-case.ts';
import { neuronOf, unitOf } from './neuron-words.ts';
import { laid } from './op-array.ts';
import { startPart } from './part.ts';

export const headLifTokenSum = defineCase({
  op: 'head-lif-token-sum', doc: 'lif of the mean of a current over tokens',
  parts(file) {
    const current = laid(file, 'current', 'T N C', { unit: unitOf(file, 'current') }), spikes = laid(file, 'spikes', 'T C'), part = startPart(file, '', current), { builder } = part;
    const sum = builder.add(sumTokens, 'sum', [part.enter('current', current, { as: 'currents' })], {}), mean = builder.add(affine, 'mean', [sum], {}, { scale: { shape: [1], data: Float64Array.of(1 / current.grid[1]) } });
    const fired = neuronOf(file)(builder, 'neuron', mean);
    part.holds('spikes', fired, spikes);
    return [part.ends(fired, spikes)];
  },
});
