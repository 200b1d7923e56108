// threshold-half-is-or: the neuron with half a threshold on a count is an OR and keeps no state.
import { sumHeads } from '../../../compiler/ops/index.ts';
import { defineCase } from './define-case.ts';
import { neuronOf } from './neuron-words.ts';
import type { Laid } from './op-array.ts';
import { laid, largestOf, remade, wholeOf } from './op-array.ts';
import { startPart } from './part.ts';

export const thresholdHalfIsOr = defineCase({
  op: 'threshold-half-is-or', doc: 'lif of a count: as a neuron with state on currents, and behind a sum of as many spikes, which a pass turns into an OR',
  parts(file) {
    const count = laid(file, 'count', 'T neurons'), spikes = laid(file, 'spikes', 'T neurons'), neuron = neuronOf(file), names = ['with state', 'as an OR'] as const, [states, counts] = names.map((name) => startPart(file, name, count));
    const fired = neuron(states.builder, 'neuron', states.enter('count', count, { as: 'currents' })), summed = counts.builder.add(sumHeads, 'count', [counts.enter('spikes', unary(count))], { heads: count.channels });
    const turned = neuron(counts.builder, 'neuron', summed);
    [fired, turned].forEach((value, i) => [states, counts][i].holds(`spikes ${names[i]}`, value, spikes));
    return [states.ends(fired, spikes), counts.ends(turned, spikes)];
  },
});

/** A count of c as c spikes of as many channels as the largest count has. */
function unary(count: Laid): Laid {
  const width = Math.max(1, largestOf(wholeOf(count)));
  return remade(count, (index) => {
    const counts = count.sample(index), spikes = new Float64Array(counts.length * width);
    counts.forEach((value, i) => spikes.fill(1, i * width, i * width + value));
    return spikes;
  }, { channels: count.channels * width });
}
