// What TensorFlow.js lacks: the operator's own float64 evaluation, sample by sample.
import type { Evaluate } from '../../../compiler/ir/define-op.ts';
import type { Tensor, ValueType } from '../../../compiler/ir/types.ts';
import { elementsOf, positionsOf, shapeOf } from '../../../compiler/ir/types.ts';
import type { Batched, Kernel } from './kernel.ts';

/** A kernel out of an evaluation. */
export const evaluateEach = (evaluate: Evaluate<object>): Kernel => (node, { tf, batch, steps, types }) => {
  const { type } = node, copies = type.time === 'step' ? steps : 1, size = positionsOf(type) * type.channels;
  return (inputs) => {
    const data = inputs.map(({ tensor }) => tensor.dataSync()), result = new Float32Array(copies * batch * size);
    for (let sample = 0; sample < batch; sample++) {
      const own = inputs.map((input, i) => sampleOf(data[i], input, types[i], sample, batch, steps)), value = evaluate(own, node, { steps, types });
      for (let copy = 0; copy < copies; copy++) result.set(value.data.subarray(copy * size, (copy + 1) * size), (copy * batch + sample) * size);
    }
    return { tensor: tf.tensor4d(result, [copies * batch, type.grid[0], type.grid[1], type.channels]), copies };
  };
};

/** One sample of a batch, with a copy per step where its type has steps. */
function sampleOf(data: ArrayLike<number> & { subarray(from: number, to: number): ArrayLike<number> }, { copies }: Batched, type: ValueType, sample: number, batch: number, steps: number): Tensor {
  const values = new Float64Array(elementsOf(type, steps)), size = positionsOf(type) * type.channels;
  for (let copy = 0; copy < values.length / size; copy++) {
    const from = ((copies === 1 ? 0 : copy) * batch + sample) * size;
    values.set(data.subarray(from, from + size), copy * size);
  }
  return { shape: shapeOf(type, steps), data: values };
}
