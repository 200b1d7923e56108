// parametric-lif: a leak that was learned.
import { parametricOf } from '../../../compiler/frontend/neurons.ts';
import { defineCase } from './define-case.ts';
import { resetsToZero, thresholdOf } from './neuron-words.ts';
import { laid } from './op-array.ts';
import { arrayOf } from './op-file.ts';
import { startPart } from './part.ts';

export const parametricLif = defineCase({
  op: 'parametric-lif', doc: 'lif whose 1/tau is the sigmoid of a trained number; the integer graph takes the nearest fraction',
  parts(file) {
    const x = laid(file, 'x', 'T neurons'), spikes = laid(file, 'spikes', 'T neurons'), part = startPart(file, '', x), neuron = parametricOf({ w: arrayOf(file, 'w').data[0], v_reset: resetsToZero(file) ? 0 : null, v_threshold: thresholdOf(file) });
    const fired = neuron(part.builder, 'neuron', part.enter('x', x, { as: 'currents' }));
    part.holds('spikes', fired, spikes);
    return [part.ends(fired, spikes, { exact: false })];
  },
});
