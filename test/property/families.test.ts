// Law 1 on random models of every family in the table: descriptor and checkpoint in, integers = chip in every spike, output and count, and float64 = integers wherever every number is dyadic.
//
// FUZZ_SEEDS: models per family (default 3). FUZZ_FIRST: first seed (default 1). A failure names family and seed: FUZZ_FIRST=<seed> FUZZ_SEEDS=1 runs it again.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { families } from '../../compiler/frontend/index.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import type { Imported } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { ops, source } from '../../compiler/ops/index.ts';
import { is } from '../../compiler/ir/define-op.ts';
import { residuals } from '../../compiler/lower/lowering.ts';
import { toUnits } from '../../runtime/conform/inputs.ts';
import type { Given } from '../../runtime/conform/inputs.ts';
import { observeEvaluation } from '../../runtime/conform/observe.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { unread } from '../../targets/contract/probes.ts';
import { eliminations } from '../../compiler/passes/pass.ts';
import { valueOf } from '../conformance/outcome.ts';
import type { Random } from '../random.ts';
import { randomFrom } from '../random.ts';
import type { SmallChip } from './chip-under-test.ts';
import { expectChip, firstDifference, shipped, smallChip } from './chip-under-test.ts';
import { checkpointFor } from './family-checkpoint.ts';
import type { FamilyRow } from './family-rows.ts';
import { familyRows } from './family-rows.ts';

const seeds = Number(process.env['FUZZ_SEEDS'] ?? 3), first = Number(process.env['FUZZ_FIRST'] ?? 1), names = families.map(({ name }) => name), isShort = seeds < 3 || first !== 1;

function modelOf({ descriptor, tensor }: FamilyRow, random: Random, exact: boolean): Imported {
  const said = descriptor(random), { parts } = valueOf(parseDescriptor(said, 'arch.json')), { checkpoint, folder } = checkpointFor(parts, random, { exact, target: 2, tensor });
  return valueOf(importModel(checkpoint, said, join(folder, 'arch.json')));
}

/** Images of even noise, sparse counts, spikes, or whole multiples of what a source tells apart. */
function inputsOf({ nodes, steps }: Graph, random: Random): Given {
  return new Map(nodes.filter((node) => is(node, source)).map((node): [string, Uint8Array | Float64Array] => {
    const { coding, grid, channels, exponent = 10, bits = 16 } = node.attrs, count = grid[0] * grid[1] * channels * (coding === 'direct' ? 1 : steps), make = (value: () => number) => Array.from({ length: count }, value);
    if (coding === 'currents') return [node.name, Float64Array.from(make(() => random.whole(-(2 ** (bits - 2)), 2 ** (bits - 2)) * 2 ** -exponent))];
    return [node.name, Uint8Array.from(make(() => (coding === 'spikes' ? Number(random.chance(0.4)) : coding === 'direct' ? random.whole(0, 255) : random.chance(0.6) ? 0 : random.chance(0.03) ? 255 : random.whole(1, 3))))];
  }));
}

const smallOf = (random: Random): SmallChip => ({ axons: random.whole(4, 40), neurons: random.whole(3, 24), state: random.whole(64, 2048), partialSlots: random.whole(1, 4), sync: random.pick(['barrier', 'dataflow'] as const), multicast: random.chance(0.5),
  graded: random.pick(['repeat', 'multiply'] as const), sums: random.pick(['exact', 'saturating'] as const) });

/** What a chip may be too small for, or lack; anything but that is a bug. */
const tooSmall = /^C410[123]|^C400[2357]/, kinds = ['update', 'spike'] as const satisfies readonly EventKind[];
type Seen = { models: number; exact: number; small: number; spikes: number; values: number; refused: string[]; tooSmall: Set<string> };

function run(row: FamilyRow, seed: number, name: string, seen: Seen): void {
  const random = randomFrom([...name].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0, seed)), exact = seed % 3 !== 0, { graph, classes } = modelOf(row, random, exact), given = inputsOf(graph, random);
  const options = { residual: random.pick(['auto', ...residuals] as const), scale: random.pick(['max', 'pow2', 'mse'] as const), bits: exact ? 8 : random.whole(3, 8), seed: 1, eliminate: random.pick(eliminations) }, counted: (readonly number[])[] = [];
  for (const target of [shipped('mesh45'), smallChip(smallOf(random))]) {
    const compiled = compile({ graph, hash: name, classes }, target, options);
    if (!compiled.ok) {
      const told = compiled.faults.map(({ code, message }) => `${code} ${message}`);
      if (target.arch.name === 'mesh45') seen.refused.push(...told); else told.forEach((text) => seen.tooSmall.add(text.slice(0, 5)));
      expect(told.filter((text) => !tooSmall.test(text) && !/^C300[56]/.test(text))).toEqual([]);
      continue;
    }
    const { program, integer, passes } = compiled.value, [units] = valueOf(toUnits(integer, 1, () => given)), whole = evaluate(integer, ops, units), { run: result, sops } = expectChip(program, target, integer, units as ReadonlyMap<string, Uint8Array>);
    counted.push([sops, ...kinds.map((kind) => totalOf(result.ledger, kind))]);
    if (target.arch.name !== 'mesh45') { seen.small++; continue; }
    seen.models++;
    for (const { value } of integer.probes) { seen.spikes += whole.values[value].data.filter((one) => one !== 0).length; seen.values += whole.values[value].data.length; }
    // What the passes say of themselves: nothing was rounded.
    if (passes.every(({ verdicts }) => verdicts.every(({ exact: isExact }) => isExact))) { seen.exact++; expectFloat(graph, integer, given, units); }
  }
  if (counted.length === 2) expect(counted[1]).toEqual(counted[0]);
}

/** Float64 against integers: every probe, and what the host makes of the results. */
function expectFloat(real: Graph, integer: Graph, given: Given, units: Given | ReadonlyMap<string, Uint8Array | Int32Array>): void {
  const [float, whole] = [observeEvaluation(real, evaluate(real, ops, given)), observeEvaluation(integer, evaluate(integer, ops, units))];
  for (const { name, places } of integer.probes) {
    const came = whole.spikes(name);
    // Channels that nothing reads may be gone; such a layer cannot be shown whole, and the chip is held to what is left of it.
    if (came) expect([name, firstDifference(float.spikes(name)!, came)]).toEqual([name, undefined]);
    else expect([name, places?.includes(unread)]).toEqual([name, true]);
  }
  const largest = Math.max(1, ...Array.from(float.logits, Math.abs));
  expect(Math.max(0, ...Array.from(float.logits, (logit, i) => Math.abs(logit - whole.logits[i])))).toBeLessThan(1e-9 * largest);
}

describe('random models of every family', () => {
  it('have a row for each family in the table (family-rows.ts says how), and for no other', () => {
    expect(names.filter((name) => !Object.hasOwn(familyRows, name))).toEqual([]);
    expect(Object.keys(familyRows).filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(names.filter((name) => Object.hasOwn(familyRows, name)))('%s: the chip equals the integers, large and small, and dyadic models equal float64', (name) => {
    const seen: Seen = { models: 0, exact: 0, small: 0, spikes: 0, values: 0, refused: [], tooSmall: new Set() };
    for (let seed = first; seed < first + seeds; seed++) {
      try { run(familyRows[name], seed, name, seen); } catch (error) { throw new Error(`${name}, seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error }); }
    }
    console.log(`${name}: ${seen.models} models, ${seen.exact} whole, ${seen.small} on small chips (else ${[...seen.tooSmall].join(', ') || 'none'}); ${(100 * seen.spikes / seen.values).toFixed(0)} % fire${seen.refused.length > 0 ? `; refused: ${seen.refused.join('; ')}` : ''}`);
    if (isShort) return;
    // Networks that mesh45 refuses or that are silent would show nothing.
    expect(seen.models).toBeGreaterThan(seeds / 2);
    expect(seen.spikes).toBeGreaterThan(0);
    if (familyRows[name].exact) expect(seen.exact).toBeGreaterThan(0);
  }, 300_000);
});
