// lif-leak-three-quarters: a leak that is no shift needs fractional bits to be exact.
import { defineCase } from './define-case.ts';
import { neuronOf, unitOf } from './neuron-words.ts';
import { laid } from './op-array.ts';
import { startPart } from './part.ts';

export const lifLeakThreeQuarters = defineCase({
  op: 'lif-leak-three-quarters', doc: 'lif that keeps more than 1/m of its potential: exact spikes',
  parts(file) {
    const current = laid(file, 'current', 'T neurons', { unit: unitOf(file, 'current') }), spikes = laid(file, 'spikes', 'T neurons'), part = startPart(file, '', current);
    const fired = neuronOf(file)(part.builder, 'neuron', part.enter('current', current, { as: 'currents' }));
    part.holds('spikes', fired, spikes);
    return [part.ends(fired, spikes)];
  },
});
