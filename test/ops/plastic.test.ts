// plastic: the equations of the published network against a plain reading of them, and what integers hold.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph, Tensor } from '../../compiler/ir/types.ts';
import { conv, lif, ops, plastic, readout, source } from '../../compiler/ops/index.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { passes } from '../../compiler/passes/index.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import { randomFrom } from '../random.ts';

const vector = (...values: number[]): Tensor => ({ shape: [values.length], data: Float64Array.from(values) });
const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const, neuron = { keep: [2, 5], reset: 'subtract', fires: 'above' } as const;
type Shape = Readonly<{ seed: number; steps: number; rows: number; columns: number; clear: 'sample' | 'run'; reach: number }>;

/** Event frames -> W x -> a plastic neuron that shows its membrane; alpha, k, beta, eta, decay and bound as given or drawn. */
function layer({ seed, steps, rows, columns, clear, reach }: Shape) {
  const random = randomFrom(seed), draw = (length: number, most: number) => Float64Array.from({ length }, () => (2 * random.unit() - 1) * most), builder = new GraphBuilder('plastic', steps, ops);
  const constants = { weight: draw(rows * columns, 0.3), alpha: 0.05 + random.unit() * 0.3, beta: draw(rows, reach), eta: draw(columns, 0.5), threshold: 0.35, decay: 0.95, bound: 4, fade: Float64Array.from({ length: steps }, (_, t) => Math.exp(-t / 5)) };
  const input = builder.add(source, 'input', [], { coding: 'frames', grid: [1, 1], channels: rows, domain: 'real' });
  const current = builder.add(conv, 'layer', [input], point, { weight: { shape: [rows, columns], data: constants.weight } });
  const shown = builder.add(plastic, 'plastic', [current, input], { ...neuron, membrane: 1, clear }, { threshold: vector(0.35), read: { shape: [steps], data: constants.fade.map((k) => k * constants.alpha) }, write: { shape: [rows], data: constants.beta }, fade: { shape: [steps], data: constants.fade },
    decay: vector(0.95), bound: vector(4), centre: { shape: [columns], data: constants.eta } });
  builder.output('logits', builder.add(readout, 'logits', [shown], { scale: 1, keepSteps: 1 }));
  return { graph: builder.graph(), constants };
}

/** m <- d (m - th s) + W x + alpha (k x) H; s = [m > th]; H <- clamp(w H + (k x beta)^T tanh(m / th - eta)): models-other.md section 8, as it stands there. */
function published({ steps, rows, columns }: Shape, { weight, alpha, beta, eta, threshold, decay, bound, fade }: ReturnType<typeof layer>['constants'], x: ArrayLike<number>, H: number[][]): number[] {
  const seen: number[] = [], m = Array<number>(columns).fill(0), s = Array<number>(columns).fill(0);
  for (let t = 0; t < steps; t++) {
    for (let j = 0; j < columns; j++) {
      let current = 0, local = 0;
      for (let i = 0; i < rows; i++) { current += weight[i * columns + j] * x[t * rows + i]; local += fade[t] * x[t * rows + i] * H[i][j]; }
      m[j] = 0.4 * (m[j] - threshold * s[j]) + current + alpha * local;
    }
    for (let j = 0; j < columns; j++) { s[j] = m[j] > threshold ? 1 : 0; seen.push(m[j]); }
    for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) H[i][j] = Math.min(bound, Math.max(-bound, decay * H[i][j] + fade[t] * x[t * rows + i] * beta[i] * Math.tanh(m[j] / threshold - eta[j])));
  }
  return seen;
}

const frames = ({ seed, steps, rows }: Shape, sample: number): Float64Array => { const random = randomFrom(seed * 31 + sample); return Float64Array.from({ length: steps * rows }, () => (random.chance(0.4) ? 0 : random.whole(1, 3))); };
const given = (shape: Shape, sample: number) => new Map([['input', frames(shape, sample)]]);
const integerOf = (graph: Graph): Graph => { const { graph: integer, faults } = runPasses(graph, passes, defaultPassOptions); expect(faults).toEqual([]); return integer; };
const shapes = fc.record({ seed: fc.nat(1e6), steps: fc.integer({ min: 1, max: 8 }), rows: fc.integer({ min: 1, max: 12 }), columns: fc.integer({ min: 1, max: 6 }), clear: fc.constantFrom('sample' as const, 'run' as const), reach: fc.constantFrom(0.05, 0.5, 8) });

describe('a plastic neuron', () => {
  it('is the published step, sample by sample and over a sequence, matrix and membrane', () => {
    let held = 0;
    fc.assert(fc.property(shapes, (shape) => {
      const { graph, constants } = layer(shape), memory = new Map<string, Float64Array>(), fresh = () => Array.from({ length: shape.rows }, () => Array<number>(shape.columns).fill(0));
      let H = fresh();
      for (let sample = 0; sample < 3; sample++) {
        if (shape.clear === 'sample') H = fresh();
        const wanted = published(shape, constants, frames(shape, sample), H), { data } = evaluate(graph, ops, given(shape, sample), memory).outputs.get('logits')!;
        data.forEach((value, i) => expect(Math.abs(value - wanted[i])).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted[i]))));
        memory.get('plastic')!.forEach((value, i) => { const entry = H[Math.floor(i / shape.columns)][i % shape.columns]; held += Number(Math.abs(entry) === 4); expect(Math.abs(value - entry)).toBeLessThan(1e-9); });
      }
    }), { seed: 3, numRuns: 80 });
    expect(held).toBeGreaterThan(50);
  });

  it('keeps every entry within its bound in integers, and stays near the real one while it learns a little', () => {
    let entries = 0, atBound = 0, worst = 0;
    fc.assert(fc.property(shapes, (shape) => {
      const { graph } = layer(shape), integer = integerOf(graph), whole = new Map<string, Float64Array>(), real = new Map<string, Float64Array>();
      for (let sample = 0; sample < 2; sample++) { evaluate(integer, ops, given(shape, sample), whole); evaluate(graph, ops, given(shape, sample), real); }
      whole.get('plastic')!.forEach((entry, i) => {
        expect(Number.isInteger(entry) && Math.abs(entry) <= 2 ** 14).toBe(true);
        entries++;
        atBound += Number(Math.abs(entry) === 2 ** 14);
        if (shape.reach === 0.05) worst = Math.max(worst, Math.abs(entry / 2 ** 12 - real.get('plastic')![i]));
      });
    }), { seed: 4, numRuns: 60 });
    expect([entries > 1000, atBound > 10, worst > 0 && worst < 0.6]).toEqual([true, true, true]);
  });

  it('that has learnt nothing and reads nothing of its matrix is a plain neuron', () => {
    const shape: Shape = { seed: 8, steps: 6, rows: 5, columns: 4, clear: 'sample', reach: 0.5 }, { graph } = layer(shape), at = graph.nodes.findIndex(({ kind }) => kind === 'plastic'), node = graph.nodes[at];
    const deaf: Graph = { ...graph, nodes: graph.nodes.map((one, id) => (id === at ? { ...one, params: { ...one.params, read: { shape: [6], data: new Float64Array(6) } } } : one)) };
    const plain: Graph = { ...graph, nodes: graph.nodes.map((one, id) => (id === at ? { ...one, kind: lif.kind, attrs: { ...neuron, membrane: 1 }, inputs: [node.inputs[0]], params: { threshold: vector(0.35) } } : one)) };
    const of = (one: Graph) => evaluate(one, ops, given(shape, 0)).outputs.get('logits')!.data;
    expect(of(deaf)).toEqual(of(plain));
    expect(of(graph)).not.toEqual(of(plain));
  });

  it('sees a sequence as one sample after another: order matters, and every sample alone is the first', () => {
    const shape: Shape = { seed: 9, steps: 5, rows: 6, columns: 3, clear: 'run', reach: 0.5 }, integer = integerOf(layer(shape).graph);
    const logits = (samples: readonly number[]) => { const memory = new Map<string, Float64Array>(); return samples.map((sample) => [...evaluate(integer, ops, given(shape, sample), memory).outputs.get('logits')!.data]); };
    const [first, second] = logits([0, 1]), [alone] = logits([1]), [again] = logits([0]);
    expect([again, alone]).not.toContainEqual(second);
    expect(first).toEqual(again);
    expect(logits([1, 0])[1]).not.toEqual(first);
  });

  it('is refused where it cannot be', () => {
    const { graph } = layer({ seed: 1, steps: 2, rows: 3, columns: 2, clear: 'sample', reach: 0.5 }), node = graph.nodes.find(({ kind }) => kind === 'plastic')!, types = node.inputs.map((input) => graph.nodes[input].type), params = node.params, attrs = { ...neuron, clear: 'sample' } as const;
    const said = (change: Readonly<Record<string, Tensor>>, own = types, changed: object = {}) => plastic.infer(own, { ...attrs, ...changed }, { ...params, ...change }, 2);
    expect(said({ write: vector(1) })).toBe('parameter "write" must have shape [3], has [1]');
    expect(said({ slope: vector(1, 1) })).toBe('parameter "slope" belongs to integer graphs');
    expect(said({ bound: vector(-1) })).toBe('has a negative bound');
    expect(said({}, [{ ...types[0], grid: [2, 2] }, types[1]])).toBe('learns at one position; this current has 4');
    expect(said({}, [{ ...types[0], time: 'once' }, types[1]])).toBe('reads a value without steps; repeat it first');
    expect(said({}, types, { readBits: 60 })).toBe('keeps more than 48 bits below a unit');
    const whole = types.map((type) => ({ ...type, domain: 'integer' as const, range: [0, 100] as const })), tables = { slope: vector(1, 1), offset: vector(0, 0), table: vector(0), read: vector(1, 1), decay: vector(1), bound: vector(16384) };
    expect(said({}, whole)).toBe('needs the parameter "slope" in an integer graph');
    expect(said({ ...tables, write: vector(2 ** 40, 1, 1), table: vector(127) }, whole)).toBe('reaches beyond the whole numbers that float64 holds exactly');
    expect(said({ ...tables, write: vector(1, 1, 1), fade: vector(1, 1) }, whole)).toMatchObject({ kind: 'spike', range: [0, 1] });
  });
});
