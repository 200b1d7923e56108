// lif-floor-shift: the integer neuron with tau 2 fires exactly as the real one; its potential is floored.
import { lifOf } from '../../../compiler/frontend/neurons.ts';
import { defineCase } from './define-case.ts';
import { laid } from './op-array.ts';
import { arrayOf, numberAt, prefixesOf, saidIn, wanted } from './op-file.ts';
import { startPart } from './part.ts';

export const lifFloorShift = defineCase({
  op: 'lif-floor-shift', doc: 'lif of tau 2, reset to zero ("hard") or by subtraction ("soft"): spikes, and potentials of the integer graph',
  parts: (file) => prefixesOf(file, 'current').map((name) => {
    const tau = wanted(file, 'neuron.tau', numberAt(file, 'neuron', 'tau')), theta = wanted(file, `theta of ${name}`, saidIn(file.texts.of.get(`${name}_current`) ?? '', 'theta'), numberAt(file, 'facts', name, 'theta'));
    const current = laid(file, `${name}_current`, 'T neurons'), spikes = laid(file, `${name}_spikes`, 'T neurons', { packed: arrayOf(file, `${name}_current`).shape }), potential = laid(file, `${name}_U`, 'T neurons');
    const part = startPart(file, name, current), neuron = lifOf({ tau, decay_input: true, v_reset: /(^|_)soft(_|$)/.test(name) ? null : 0, v_threshold: theta / tau });
    const fired = neuron(part.builder, 'spikes', part.enter('current', current, { as: 'currents' }));
    part.holds(`${name}_spikes`, fired, spikes);
    return part.ends(fired, spikes, { potentials: [{ name: `${name}_U`, layer: `${name}_spikes`, domain: 'integer', channels: potential.channels, sample: potential.sample }] });
  }),
});
