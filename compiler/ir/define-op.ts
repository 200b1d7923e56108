// How an operator is declared: once, as a value from which printer, parser, verifier, both evaluations, the SOP rule and the docs table come.
import type { Node, Pair, Tensor, ValueKind, ValueType } from './types.ts';

/** absent: the value of an attribute that a node may leave out. */
export type AttrSpec = Readonly<{ doc: string } & ({ as: 'whole'; from: number; absent?: number } | { as: 'number' } | { as: 'pair'; from: number } | { as: 'word'; of: readonly string[]; absent?: string })>;
export type ParamSpec = Readonly<{ doc: string; shape: string; optional: boolean }>;
type AttrValue<A> = A extends { as: 'pair' } ? Pair : A extends { as: 'word'; of: readonly (infer W)[] } ? W : number;
export type AttrsOf<S extends Readonly<Record<string, AttrSpec>>> = { readonly [K in keyof S as S[K] extends { absent: number | string } ? never : K]: AttrValue<S[K]> }
  & { readonly [K in keyof S as S[K] extends { absent: number | string } ? K : never]?: AttrValue<S[K]> };

/** model: gone before lowering; chip: has a lowering rule; host: runs on the host between stages of the chip (compiler/ops/host-op.ts). */
export type Form = 'model' | 'chip' | 'host';
/** What must be complete before the first output. */
export type Barrier = 'none' | 'window' | 'tokens' | 'channels' | 'time';

/** Bounds of a value channel by channel, over all positions and steps, [channels] each. A channel whose bounds are equal has that value always. */
export type Bounds = Readonly<{ low: Float64Array; high: Float64Array }>;

/** One whole sample; slow, never optimised for the chip's sake. Inputs and result as `Tensor` describes; `node.type` is the result's type. */
export type Evaluate<A extends object> = { run(inputs: readonly Tensor[], node: Node<string, A>, context: EvaluationContext): Tensor }['run'];
/** memory: state that outlives a sample, by the name of its node: read where the node keeps it, and left there. */
export type EvaluationContext = Readonly<{ steps: number; types: readonly ValueType[]; memory?: Memory | undefined }>;
export type Memory = Map<string, Float64Array>;

export type OpDef<K extends string = string, A extends object = object, F extends Form = Form> = Readonly<{
  kind: K; form: F; doc: string; source: string; barrier: Barrier;
  /** Kinds each input may have, one entry per input. */
  takes: readonly (readonly ValueKind[])[];
  attrs: Readonly<Record<string, AttrSpec>>;
  params: Readonly<Record<string, ParamSpec>>;
  /** Result type, or one sentence that says what is wrong. Kinds, attributes and arity are checked before. */
  infer(inputs: readonly ValueType[], attrs: A, params: Readonly<Record<string, Tensor>>, steps: number): ValueType | string;
  evaluate: Readonly<F extends 'chip' | 'host' ? { real: Evaluate<A>; integer: Evaluate<A> } : { real: Evaluate<A>; integer?: Evaluate<A> }>;
  /** Bounds of the channels of the result from those of the inputs, in integer graphs; absent: the range of its type. */
  bounds?(inputs: readonly Bounds[], node: Node<string, A>, context: EvaluationContext): Bounds;
  /**
   * Of operators whose channel c depends on channel c of every input and on no other: the parameters of some channels. Undefined where these inputs make it depend on others.
   * @param kept ascending channels
   */
  pick?(kept: readonly number[], node: Node<string, A>, types: readonly ValueType[]): Readonly<Record<string, Tensor>> | undefined;
  /** Synaptic operations of one sample on exactly these inputs; absent: none. */
  sops?(inputs: readonly Tensor[], node: Node<string, A>, context: EvaluationContext): number;
}>;

/** Declares an operator; the attribute type follows from the specs. */
export const defineOp = <const K extends string, const S extends Readonly<Record<string, AttrSpec>>, const F extends Form>(
  def: Omit<OpDef<K, AttrsOf<S>, F>, 'attrs'> & Readonly<{ attrs: S }>): OpDef<K, AttrsOf<S>, F> & Readonly<{ attrs: S }> => def;

/** The table of operators, by kind. */
export type OpTable = Readonly<Record<string, OpDef>>;

export type NodeOf<D> = D extends OpDef<infer K, infer A, Form> ? Node<K, A> : never;

/** Narrows a node to the operator that it is an instance of: `if (is(node, conv)) node.attrs.stride`. */
export const is = <K extends string, A extends object, F extends Form>(node: Node, def: OpDef<K, A, F>): node is Node<K, A> => node.kind === def.kind;
