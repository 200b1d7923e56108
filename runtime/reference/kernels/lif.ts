// The neuron: a loop over the steps, a few elementwise operations each.
import type { NodeOf } from '../../../compiler/ir/define-op.ts';
import { lif } from '../../../compiler/ops/index.ts';
import { evaluateEach } from './evaluate-each.ts';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.ts';

/**
 * u = keep * R(u) + x, spike = [u >= threshold] or [u > threshold]. Silence under >= is step(threshold - u), 1 where u < threshold, exactly: with gradual underflow a difference of floats is 0 only between equals.
 * (A comparison and a selection say the same; on wasm they take 12 and 8 ns an element where a difference and a step take 0.4.)
 */
export const runLif: Kernel<NodeOf<typeof lif>> = (node, setting) => {
  if (node.attrs.membrane) return evaluateEach(lif.evaluate.real)(node, setting);
  const { attrs: { keep: [kept, of], reset, fires }, params, type } = node, { tf, batch, steps, constant } = setting;
  const [height, width] = type.grid, { channels } = type, threshold = constant(params.threshold.shape, params.threshold.data), keep = constant([], [kept / of]), one = constant([], [1]);
  const stays = (u: Tensor4D, silent: Tensor4D): Tensor4D => (reset === 'subtract' ? tf.sub(u, tf.mul(tf.sub(one, silent), threshold))
    : reset === 'zero' ? tf.mul(u, silent) : tf.add(tf.mul(u, silent), tf.mul(tf.sub(one, silent), threshold)));
  const silence = (u: Tensor4D): Tensor4D => (fires === 'at-least' ? tf.step(tf.sub(threshold, u)) : tf.sub(one, tf.step(tf.sub(u, threshold))));
  return ([x]) => {
    const current = (step: number): Tensor4D => (x.copies === 1 ? x.tensor : tf.slice(x.tensor, [step * batch, 0, 0, 0], [batch, height, width, channels]));
    const silences: Tensor4D[] = [];
    let u = current(0);
    for (let step = 0; ; step++) {
      const potential = u, last = step === steps - 1;
      const [silent, next] = tf.tidy(() => {
        const quiet = silence(potential);
        if (last || kept === 0) return [quiet, last ? undefined : tf.clone(current(step + 1))];
        return [quiet, tf.add<Tensor4D>(tf.mul(stays(potential, quiet), keep), current(step + 1))];
      }) as [Tensor4D, Tensor4D | undefined];
      if (u !== x.tensor) u.dispose();
      silences.push(silent);
      if (!next) break;
      u = next;
    }
    return { tensor: tf.sub(one, steps === 1 ? silences[0] : tf.concat(silences, 0)), copies: steps };
  };
};
