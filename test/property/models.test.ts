// The whole road on random models of both families: descriptor and checkpoint in, float64 = integers = chip, spike for spike.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { is } from '../../compiler/ir/define-op.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { scaleRules } from '../../compiler/passes/pass.ts';
import { ops, readout } from '../../compiler/ops/index.ts';
import { termsOf } from '../../compiler/ops/readout.ts';
import type { Residual } from '../../compiler/lower/lowering.ts';
import { residuals } from '../../compiler/lower/lowering.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { SmallChip } from './chip-under-test.ts';
import { valueOf } from '../conformance/outcome.ts';
import { expectChip, firstDifference, shipped, smallChip, smallChips } from './chip-under-test.ts';
import type { ModelOptions } from './random-model.ts';
import { modelOptions, randomModel, randomPixels } from './random-model.ts';

const seen = { models: 0, small: 0, layers: 0, silent: 0, spikes: 0, neurons: 0, lossy: [] as string[], kinds: new Set<string>(), chains: 0 };

/** Float64 against integers: every probe, and every logit as a whole number of its unit. */
function expectInteger(real: Graph, integer: Graph, inputs: ReadonlyMap<string, Uint8Array>): void {
  const float = evaluate(real, ops, inputs), whole = evaluate(integer, ops, inputs), head = integer.nodes[integer.outputs[0].value];
  for (const { name, value } of integer.probes) {
    const { data } = whole.values[value], spikes = data.reduce((a, b) => a + b, 0);
    expect([name, firstDifference(float.values[real.probes.find((probe) => probe.name === name)!.value].data, data)]).toEqual([name, undefined]);
    seen.layers++; seen.silent += Number(spikes === 0); seen.spikes += spikes; seen.neurons += data.length;
  }
  if (!is(head, readout)) throw new Error('no readout');
  const terms = termsOf(integer.nodes[head.inputs[0]].type, head, integer.steps), sums = Array.from(float.outputs.get('logits')!.data, (logit) => (logit * terms) / head.attrs.scale);
  whole.outputs.get('logits')!.data.forEach((sum, c) => expect(Math.abs(sums[c] - sum)).toBeLessThan(1e-6));
}

function check(options: ModelOptions, numbers: SmallChip, residual: Residual): void {
  const small = smallChip(numbers);
  const { graph, classes } = randomModel(options), inputs = new Map([['input', randomPixels(options)]]), model = { graph, hash: 'random', classes };
  const large = compile(model, shipped('mesh45'), { residual, scale: 'max', bits: 8, seed: options.seed });
  if (!large.ok) throw new Error(large.faults.map(({ code, message }) => `${code} ${message}`).join('\n'));
  seen.lossy.push(...large.value.passes.flatMap(({ notes }) => notes.filter((note) => /scale$|scale on/.test(note))));
  expectInteger(graph, large.value.integer, inputs);
  const first = expectChip(large.value.program, shipped('mesh45'), large.value.integer, inputs);
  seen.models++; seen.kinds.add(options.family + (options.family === 'sdt-v1' && options.dvs ? ' dvs' : '') + (options.frames ? ' frames' : options.normalised ? ' normalised'
    : ' images'));

  const cut = compile(model, small, { residual, scale: 'max', bits: 8, seed: options.seed });
  if (!cut.ok) {  // a chip may be too small for a layer; anything but that is a bug
    expect(cut.faults.map(({ code, message }) => `${code} ${message}`).filter((text) => !/^C410[123]/.test(text))).toEqual([]);
    return;
  }
  const second = expectChip(cut.value.program, small, cut.value.integer, inputs);
  expect([second.sops, ...(['update', 'spike'] as const).map((kind) => totalOf(second.run.ledger, kind))]).toEqual([first.sops,
    ...(['update', 'spike'] as const).map((kind) => totalOf(first.run.ledger, kind))]);
  seen.small++; seen.chains += cut.value.program.stages.filter((stage) => stage.kind === 'synapse' && stage.after !== undefined).length;
}

describe('random models through the importer', () => {
  it('give in float64, in integers, on mesh45 and on a small random chip the same spikes and logits', () => {
    fc.assert(fc.property(modelOptions(), smallChips, fc.constantFrom<Residual>(...residuals), check), { seed: 2024, numRuns: 40 });
  });

  it('do so with the inner residual of a hidden layer as wide as the token, and with erosion', () => {
    const fixed = { family: 'sdt-v1', ratio: 1, heads: 2, headWidth: 4, depths: 2, reset: 'zero', attentionThreshold: 0.5 } as const;
    fc.assert(fc.property(modelOptions(fixed), smallChips, (options, small) => check(options, small, 'unary')), { seed: 77, numRuns: 8 });
  });

  it('give on chips what they give in integers when nothing about them is dyadic, whatever the scale rule and the bits', () => {
    let runs = 0, lossy = 0;
    const choices = fc.record({ residual: fc.constantFrom<Residual | 'auto'>('auto', ...residuals), scale: fc.constantFrom(...scaleRules), bits: fc.integer({ min: 2, max: 8 }) });
    fc.assert(fc.property(modelOptions({ exact: false, reset: 'zero', attentionThreshold: 0.5 }), smallChips, choices, (options, numbers, choice) => {
      const { graph, classes } = randomModel(options), inputs = new Map([['input', randomPixels(options)]]), model = { graph, hash: 'random', classes };
      for (const target of [shipped('mesh45'), smallChip(numbers)]) {
        const compiled = compile(model, target, { ...choice, seed: options.seed });
        if (!compiled.ok) {  // only the small chip may be too small
          expect(compiled.faults.map(({ code, message }) => `${code} ${message}`).filter((text) => target.arch.name === 'mesh45' || !/^C410[123]/.test(text))).toEqual([]);
          continue;
        }
        expectChip(compiled.value.program, target, compiled.value.integer, inputs);
        runs++; lossy += Number(compiled.value.passes.some(({ notes }) => notes.some((note) => /finest unit/.test(note))));
      }
    }), { seed: 90, numRuns: 20 });
    expect([runs > 30, lossy > 10]).toEqual([true, true]);
  });

  it('fire, are lossless, are cut, and are of every kind', () => {
    console.log(`random models: ${seen.models} on mesh45, ${seen.small} of them on small chips (${seen.chains} links of chains); `
      + `firing rate ${(seen.spikes / seen.neurons).toFixed(3)}, ${seen.silent} of ${seen.layers} layers silent`);
    expect(seen.models).toBeGreaterThan(35);
    expect(seen.small).toBeGreaterThan(25);
    expect(seen.chains).toBeGreaterThan(400);
    expect(seen.lossy).toEqual([]);
    expect(seen.silent / seen.layers).toBeLessThan(0.15);
    expect(seen.spikes / seen.neurons).toBeGreaterThan(0.1);
    expect(seen.spikes / seen.neurons).toBeLessThan(0.6);
    const ways = ['spikformer-cifar', 'sdt-v1', 'sdt-v1 dvs'].flatMap((family) => ['images', 'frames', 'normalised'].map((input) => `${family} ${input}`));
    expect(ways.filter((way) => !seen.kinds.has(way))).toEqual([]);
  });
});
