// ternary-elastic: the elastic bi-spiking neuron, with ties that give no spike.
import { elastic } from '../../../compiler/ops/index.ts';
import { refuse } from '../../../compiler/files/refusal.ts';
import { parameterUnsaid } from './faults.ts';
import { defineCase } from './define-case.ts';
import { laid } from './op-array.ts';
import type { OpFile } from './op-file.ts';
import { arrayOf, numberAt } from './op-file.ts';
import { startPart } from './part.ts';

/** What stays of a potential, times the amplitude: 0.25 in 'm_{t-1}*0.25*(alpha[t-1] - o_{t-1})'. Refuses: R2021. */
function decayOf(file: OpFile): number {
  const [, said] = /\*\s*(\d*\.?\d+)\s*\*\s*\(\s*alpha/.exec(file.texts.what) ?? [];
  return numberAt(file, 'decay') ?? (said === undefined ? refuse(parameterUnsaid(file.caseFile, 'the decay, as "m*0.25*(alpha - o)"')) : Number(said));
}

export const ternaryElastic = defineCase({
  op: 'ternary-elastic', doc: 'elastic with an amplitude per step: codes, and the potentials of float64',
  parts(file) {
    const x = laid(file, 'x', 'T neurons'), code = laid(file, 'code', 'T neurons'), membrane = laid(file, 'membrane', 'T neurons'), { data: alpha } = arrayOf(file, 'alpha'), decay = decayOf(file), part = startPart(file, '', x);
    // After a spike o = amplitude * sign: nothing stays behind +, twice as much behind -.
    const keep = Float64Array.from({ length: 3 * x.steps }, (_, i) => (i < 3 ? 0 : decay * alpha[Math.floor(i / 3) - 1] * (1 - ((i % 3) - 1))));
    const fired = part.builder.add(elastic, 'neuron', [part.enter('x', x, { as: 'currents' })], {}, { bound: { shape: [x.steps], data: Float64Array.from(alpha, (one) => one / 2) }, keep: { shape: [x.steps, 3], data: keep } });
    part.holds('code', fired, code);
    return [part.ends(fired, code, { potentials: [{ name: 'membrane', layer: 'code', domain: 'real', channels: membrane.channels, sample: membrane.sample }] })];
  },
});
