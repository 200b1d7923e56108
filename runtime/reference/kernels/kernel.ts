// How one operator runs on TensorFlow.js: constants go up once at load, then the function it gives is called for every batch.
import type { Node, ValueType } from '../../../compiler/ir/types.ts';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { EngineName, Tf } from '../engine.ts';

/**
 * A value of a whole batch, [copies * batch, height, width, channels], steps outermost so that one step is one contiguous slice.
 * copies: the steps, or 1 where the value is given once or is the same at every step: what is repeated is computed once.
 */
export type Batched = Readonly<{ tensor: Tensor4D; copies: number }>;

/** types: of the inputs. constant: uploads numbers, as float32, for the life of the network. */
export type Setting = Readonly<{ tf: Tf; engine: EngineName; batch: number; steps: number; types: readonly ValueType[]; constant(shape: readonly number[], data: ArrayLike<number>): Tensor }>;

/** Gives a fresh tensor, never an input itself; called within tf.tidy. */
export type Apply = (inputs: readonly Batched[]) => Batched;
export type Kernel<N extends Node = Node> = { load(node: N, setting: Setting): Apply }['load'];

/** The same value with a copy per step. */
export const expand = (tf: Tf, { tensor, copies }: Batched, wanted: number): Tensor4D => (copies === wanted ? tensor : tf.tile(tensor, [wanted / copies, 1, 1, 1]));
