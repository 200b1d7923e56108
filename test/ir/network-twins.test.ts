// Whole networks in both domains: what float64 computes on dyadic weights is what integers compute.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { ops } from '../../compiler/ops/index.ts';
import { networkOptions, randomInputs, randomNetwork } from '../random-graph.ts';

it('gives the same spikes and logits in float64 and in integers on dyadic networks of both families', () => {
  let spikes = 0, neurons = 0;
  fc.assert(fc.property(networkOptions({ border: false }), (options) => {
    const real = randomNetwork({ ...options, domain: 'real' }), integer = randomNetwork({ ...options, domain: 'integer' });
    const inputs = randomInputs(real, options.seed), float = evaluate(real, ops, inputs), whole = evaluate(integer, ops, inputs);
    expect(integer.probes.map(({ name }) => name)).toEqual(real.probes.map(({ name }) => name));
    integer.probes.forEach(({ value }, i) => {
      const { data } = whole.values[value];
      expect(float.values[real.probes[i].value].data).toEqual(data);
      spikes += data.reduce((sum, spike) => sum + spike, 0);
      neurons += data.length;
    });
    const readout = integer.nodes[integer.outputs[0].value], input = integer.nodes[readout.inputs[0]].type, terms = options.steps * input.grid[0] * input.grid[1];
    const logits = float.outputs.get('logits')?.data ?? [], unit = (readout.attrs as { scale: number }).scale;
    whole.outputs.get('logits')?.data.forEach((sum, c) => expect(logits[c]).toBe((unit * sum) / terms));
  }), { seed: 5, numRuns: 150 });
  // A silent network would pass everything.
  expect(spikes / neurons).toBeGreaterThan(0.1);
  expect(spikes / neurons).toBeLessThan(0.6);
});
