// ssa-threshold: spiking self attention, and its scale as a threshold on the count.
import { affine, ssa } from '../../../compiler/ops/index.ts';
import { lifOf } from '../../../compiler/frontend/neurons.ts';
import { defineCase } from './define-case.ts';
import { laid } from './op-array.ts';
import { numberAt, prefixesOf, saidIn, wanted } from './op-file.ts';
import { startPart } from './part.ts';

const axes = 'T heads N head_dim';

export const ssaThreshold = defineCase({
  op: 'ssa-threshold', doc: 'q (k^T v), and lif(tau 2) of the scaled count with each scale of the case',
  parts: (file) => prefixesOf(file, 'count').map((name) => {
    const tau = numberAt(file, 'neuron', 'tau') ?? 2, v_threshold = wanted(file, 'v_threshold', saidIn(file.texts.what, 'v_threshold')), theta = wanted(file, `theta of ${name}`, numberAt(file, 'facts', name, 'theta'), saidIn(file.texts.of.get(`${name}_spikes`) ?? '', 'theta'));
    const operands = ['q', 'k', 'v'].map((operand) => laid(file, `${name}_${operand}`, axes)), count = laid(file, `${name}_count`, axes), spikes = laid(file, `${name}_spikes`, axes);
    const part = startPart(file, name, count), { builder } = part, product = builder.add(ssa, 'ssa', operands.map((operand, i) => part.enter('qkv'[i], operand)), { heads: count.heads, published: 'qk' });
    const scaled = builder.add(affine, 'scale', [product], {}, { scale: { shape: [1], data: Float64Array.of((tau * v_threshold) / theta) } });
    const fired = lifOf({ tau, decay_input: true, v_reset: 0, v_threshold })(builder, 'neuron', scaled);
    part.holds(`${name}_spikes`, fired, spikes);
    part.holds(`${name}_count`, product, count);
    return part.ends(product, count);
  }),
});
