// Somas whose membranes leave as currents, or teach a matrix: all steps of a sample, step by step.
import { spanLength } from '../../targets/contract/units.ts';
import type { Rule, Soma } from '../../targets/contract/program.ts';
import type { Currents } from '../kernels/lif.ts';
import { integrate } from '../kernels/potential.ts';
import { writeValues } from './planes.ts';
import { prepareLearner } from './plastic.ts';
import type { Workspace } from './workspace.ts';

/**
 * @param source currents, bias included
 * @param counts [steps, contexts] spikes, written
 */
export function prepareMembranes(stage: Soma, rule: Extract<Rule, { kind: 'lif' }>, source: Currents, counts: Int32Array, workspace: Workspace): () => void {
  const { program: { steps }, planes } = workspace, learner = stage.plastic && prepareLearner(stage, stage.plastic, workspace);
  const contexts = spanLength(stage.contexts), columns = spanLength(stage.columns), stored = new Int32Array(contexts * columns), potentials = new Int32Array(columns), unit = 2 ** rule.fractionBits;
  const fired = new Int32Array(contexts * columns), shown = new Int32Array(contexts * columns), unheard = new Int32Array(contexts), { spikes, current } = stage, neurons = { ...rule, columns }, driven = new Int32Array(columns);
  return () => {
    stored.fill(0);
    learner?.begin();
    for (let step = 0; step < steps; step++) {
      for (let context = 0, at = 0; context < contexts; context++, at += columns) {
        const from = source.at + step * source.stepStride + context * source.contextStride;
        driven.set(source.values.subarray(from, from + columns));
        learner?.add(step, driven);
        counts[step * contexts + context] = integrate(neurons, driven, 0, stored, at, potentials, fired, at);
        learner?.learn(step, potentials);
        for (let column = 0; column < columns; column++) shown[at + column] = Math.floor(potentials[column] / unit);
      }
      if (spikes) writeValues(planes[spikes.plane], step, spikes, fired, stage.contexts.from, contexts, counts, step * contexts);
      if (current && stage.passes === 'membrane') writeValues(planes[current.plane], step, current, shown, stage.contexts.from, contexts, unheard, 0);
    }
  };
}
