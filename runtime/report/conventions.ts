// Every convention a number of the report rests on, with its source.
import { resultsKept } from '../../targets/contract/results.ts';
import { fidelities } from '../../targets/contract/timing.ts';
import type { ReportInput } from './input.ts';
import type { Report } from './schema.ts';

/** Functions on the host with the layers that they make. */
function hostedLayers({ stages, layers }: ReportInput['program']): readonly (readonly [does: string, layers: readonly string[]])[] {
  const found = new Map<string, string[]>();
  for (const stage of stages) if (stage.kind === 'host') found.set(stage.compute, [...found.get(stage.compute) ?? [], layers[stage.layer]]);
  return [...found];
}

export function conventionsOf(input: ReportInput): Report['conventions'] {
  const { program, target, options, timing } = input,
    { abilities, mesh, core } = target.arch,
    coding = program.stages.find((stage) => stage.kind === 'source')?.coding ?? 'direct';
  const row = (name: string, rule: string, source: string): Report['conventions'][number] => ({ name, rule, source });
  return [
    row(
      'synaptic operation',
      'one addition of one weight (or counter) that one spike caused; positions outside the map have no row, zero weights count',
      'synfire machine model, ledger; borders as NeuroBench counts them',
    ),
    row(
      'graded input',
      `a value c counts c operations (event-exact, unary) in every transport; the row is ${abilities.graded === 'repeat' ? 'read c times' : 'read once and multiplied'}`,
      'W x sum of spikes = sum of W x spike; what published AC energies assume',
    ),
    row(
      'pooled spikes',
      'pools and adds at the producer are compares, not synaptic operations; readers count the spikes that leave the pool',
      'synfire machine model, pool stage',
    ),
    row(
      'spike residual',
      `transport ${options.residual}: unary sends one plane per summand, payload a count, planes one plane per bit of the count`,
      'synfire machine model, residual of spikes; SEW residual of Spikformer, ICLR 2023',
    ),
    row(
      'attention',
      'q (k^T v): kv counts coincidences of key and value spikes, q query spikes x value width, zeros of the counters included; (q k^T) v: kv counts coincidences of query and key spikes, q units of a score x value spikes; Boolean attention is pools, 0 operations',
      'synfire machine model, attend stage; q (k^T v) = (q k^T) v without softmax',
    ),
    row(
      'first layer',
      coding === 'direct'
        ? 'direct pixels: MACs once per sample at step 0, the sums are kept and read back every step; border taps excluded'
        : coding === 'spikes' ? 'encoded spikes: binary operations like those of any other layer'
        : coding === 'currents' ? 'currents: they change at every step; with a weight or a gain they are MACs of every step'
        : 'event frames: values change every step and count as graded operations, not MACs',
      coding === 'direct' ? 'synfire machine model, first layer; papers repeat it T times' : 'synfire machine model, first layer',
    ),
    row(
      'neuron',
      'u = floor(keep x reset(u, s)) + I, spikes at u >= threshold; state cleared before every sample; updates = steps x contexts x columns, silent neurons included',
      'SpikingJelly LIF with input decay and hard reset, exact in integers under a floor',
    ),
    row(
      'quantisation',
      `${options.bits}-bit weights per output channel, scale ${options.scale} where no lossless dyadic scale fits; sums ${core.sums}`,
      'synfire, quantise pass',
    ),
    ...program.readouts.flatMap(({ output, rows }) => (rows ? [row('host stage',
      `${output}: ${rows.scores} rows of ${rows.weights.length / rows.scores} features are multiplied on the host, ${rows.weights.length * resultsKept(program, output)} float64 MACs a sample, in no count or energy of the chip; the answer is the largest score`,
      'synfire machine model, readout stage: features leave the chip as integers')] : [])),
    ...hostedLayers(program).map(([does, layers]) => row('host stage',
      `${does} of ${layers.join(', ')}: float64 on the host, results rounded to whole units; its operations are listed and in no energy of the chip, its messages to and from io tile ${mesh.io} are; a context takes ${target.arch.timing.host} cycles there and back, by convention`,
      'synfire machine model, host stage: what no crossbar computes')),
    row('answer', 'argmax of the integer logits; equal maxima are counted as ties and give the lowest index', 'synfire machine model, readout stage'),
    row('accuracy interval', '95 % Wilson score interval over the samples run', 'Wilson, JASA 22 (1927), 209'),
    row('NASFR', 'total spikes / (total neurons x T), every spiking layer, mean over samples', 'definition'),
    row('memory accesses', "in words of the target's width; step 0 writes a membrane without reading it", 'synfire machine model, ledger'),
    row('messages', 'one per producing context, route and step, empty ones included; acknowledgements are flits', 'synfire machine model, messages'),
    row(
      'network',
      `${target.arch.router.multicast ? 'multicast trees' : 'unicast copies'}, dimension order; the host link beyond io tile ${mesh.io} is not modelled`,
      'synfire machine model, chip and router',
    ),
    row(
      'time',
      timing ? `${timing.fidelity}: ${fidelities[timing.fidelity]}; ${mesh.sync}; samples do not overlap, so throughput is 1 / latency` : 'not timed',
      'synfire machine model, time',
    ),
    row('percentiles', 'nearest rank over the timed samples', 'definition'),
    row(
      'energy',
      "dynamic = count x the target's cost; leakage = powered units x milliwatts x mean time; never added silently",
      'costs and sources of the target, listed below',
    ),
    row(
      'literature energy',
      '0.9 pJ x (event-exact unary SOPs + attention as executed) + 4.6 pJ x first-layer MACs x T; hoisted without x T; MACs behind the first layer (real values, factors) as often as they are done',
      'Spikformer family; Horowitz, ISSCC 2014',
    ),
    row('pJ per SOP', 'hardware energy / (binary + graded + attention kv + attention q operations)', 'definition'),
    row(
      'break-even',
      'spikes per synapse per inference against an int8 layer that reads the same weights',
      'Dampfhoffer et al., IEEE TETCI 7(3) 2023: 0.15 to 1.38',
    ),
  ];
}
