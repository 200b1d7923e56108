// What a pass is, and the three levels a graph can stand at.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Graph } from '../ir/types.ts';
import type { Spec } from '../ir/verify.ts';
import type { Verdict } from './rounding.ts';

export const scaleRules = ['max', 'pow2', 'mse'] as const;
export type ScaleRule = (typeof scaleRules)[number];

/**
 * What elimination takes out. dead: neurons without inputs, whose spikes are the same always, and neurons that nothing reads (mapping.md section 9); ranges: neurons whose bounds prove that they never or
 * always fire, too; recorded: as dead, but so that every recorded spike stays known, read or not.
 */
export const eliminations = ['dead', 'ranges', 'recorded', 'none'] as const;
export type Elimination = (typeof eliminations)[number];

/** Which product of an attention comes first: the cheaper one of those that the target has, one of the two, or that of the published code. */
export const attentionOrders = ['auto', 'kv', 'qk', 'published'] as const;
export type AttentionOrder = (typeof attentionOrders)[number];

/** Options of all passes; each reads what it needs. bits: width of a weight. axons, neurons: of a core, in which savings are told. orders: of attention, that the target has. narrow: whether layers whose sums do not fit may take narrower weights, or are refused. */
export type PassOptions = Readonly<{ scale: ScaleRule; bits: number; accumulatorBits: number; membraneBits: number; axons: number; neurons: number; eliminate: Elimination; attention: AttentionOrder; orders: readonly ('kv' | 'qk')[]; narrow?: 'allowed' | 'refused' }>;
export const defaultPassOptions: PassOptions = { scale: 'max', bits: 8, accumulatorBits: 24, membraneBits: 24, axons: 256, neurons: 256, eliminate: 'none', attention: 'kv', orders: ['kv', 'qk'], narrow: 'allowed' };

/** Faults end the road after the pass; notes say what it did, verdicts what its roundings cost each node, for the report. */
export type PassContext = Readonly<{ report(fault: Fault): void; note(text: string): void; verdict(verdict: Verdict): void }>;

/**
 * graph -> graph. lossless: outputs stay as they are ('exact': bit for bit; 'rounding': but for float64 rounding of folded constants; 'lossy': its notes say by how much;
 * 'proof': changes nothing).
 */
export type Pass = Readonly<{ name: string; doc: string; lossless: 'exact' | 'rounding' | 'lossy' | 'proof'; leaves: Spec; run(graph: Graph, options: PassOptions, context: PassContext): Graph }>;

export const modelLevel: Spec = { level: 'model', allows: { model: ['real'], chip: ['real'], host: ['real'] }, gone: [] };
export const foldedLevel: Spec = { level: 'folded', allows: { model: [], chip: ['real'], host: ['real'] }, gone: ['norm', 'affine'] };
export const integerLevel: Spec = { level: 'integer', allows: { model: [], chip: ['integer'], host: ['integer'] }, gone: ['norm', 'affine'] };
