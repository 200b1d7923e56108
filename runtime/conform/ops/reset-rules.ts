// reset-rules: one decay, three ways to come back from a spike.
import { lif } from '../../../compiler/ops/index.ts';
import { fractionOf } from '../../../compiler/frontend/neurons.ts';
import { refuse } from '../../../compiler/files/refusal.ts';
import { parameterUnsaid } from './faults.ts';
import { defineCase } from './define-case.ts';
import { laid } from './op-array.ts';
import { numberAt, saidIn, wanted } from './op-file.ts';
import { startPart } from './part.ts';

const resets = { hard_zero: 'zero', soft: 'subtract', to_threshold: 'threshold' } as const;

export const resetRules = defineCase({
  op: 'reset-rules', doc: 'lif that resets to zero, by subtraction, to the threshold; fires at u >= theta',
  parts(file) {
    const text = file.texts.of.get('current') ?? '', theta = wanted(file, 'theta', numberAt(file, 'theta'), saidIn(text, 'theta')), decay = wanted(file, 'decay', numberAt(file, 'decay'), saidIn(file.texts.what, 'decay'), saidIn(text, 'decay'));
    const keep = fractionOf(decay) ?? refuse(parameterUnsaid(file.caseFile, 'decay as a fraction')), current = laid(file, 'current', 'T neurons');
    return Object.entries(resets).map(([name, reset]) => {
      const spikes = laid(file, name, 'T neurons'), part = startPart(file, name, current);
      const fired = part.builder.add(lif, 'neuron', [part.enter('current', current, { as: 'currents' })], { keep, reset, fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(theta) } });
      part.holds(name, fired, spikes);
      return part.ends(fired, spikes);
    });
  },
});
