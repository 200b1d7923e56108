// strict-comparator-ceil-leak: neurons that fire only above their threshold; their leak is rounded up.
import { stbpOf } from '../../../compiler/frontend/neurons.ts';
import { defineCase } from './define-case.ts';
import { laid } from './op-array.ts';
import { numberAt, prefixesOf, saidIn, wanted } from './op-file.ts';
import { startPart } from './part.ts';

export const strictComparatorCeilLeak = defineCase({
  op: 'strict-comparator-ceil-leak', doc: 'lif of the STBP networks, with each decay of the case',
  parts: (file) => prefixesOf(file, 'current').map((name) => {
    const text = file.texts.of.get(`${name}_current`) ?? '', v_threshold = wanted(file, `theta of ${name}`, saidIn(text, 'theta'), numberAt(file, 'facts', name, 'theta')), decay = wanted(file, `decay of ${name}`, saidIn(text, 'decay'));
    const current = laid(file, `${name}_current`, 'T neurons'), spikes = laid(file, `${name}_spikes`, 'T neurons'), part = startPart(file, name, current);
    const fired = stbpOf({ decay, v_threshold })(part.builder, 'neuron', part.enter('current', current, { as: 'currents' }));
    part.holds(`${name}_spikes`, fired, spikes);
    return part.ends(fired, spikes);
  }),
});
