// Stages against their planes, their block and the chip: shapes, carriers, periods, abilities, crossbar sizes.
import type { Add, Attend, Pool, Region, Soma, Stage, Synapse } from '../program.ts';
import type { Pair, Span } from '../units.ts';
import type { Findings } from './findings.ts';
import type { Survey } from './survey.ts';
import { abilityMissing, carrierWrong, outputWrong, payloadTooWide, periodWrong, shapeWrong, tooManyRows } from '../faults.ts';
import { positionsOf, slidGrid } from '../geometry.ts';
import { carrierBits, inputsOf, outputsOf } from '../program.ts';
import { spanLength } from '../units.ts';
import { inputPart } from './structure-stages.ts';

const samePair = (a: Pair, b: Pair): boolean => a[0] === b[0] && a[1] === b[1];
const channelsOf = (region: Region): number => spanLength(region.channels);

/** What one stage's checks use. `whole` and `span` report when the two differ. */
type Scope = Readonly<{ survey: Survey; findings: Findings; part: string; equal(part: string, what: string, wanted: number, came: number): void; span(part: string, what: string, wanted: Span, came: Span): void }>;

function checkSynapse(stage: Synapse, { survey: { program, arch }, findings, part, equal }: Scope): void {
  const { gather } = stage, block = program.blocks[stage.block], width = channelsOf(gather.from[0]);
  equal(part, 'rows of its block (taps x channels)', spanLength(gather.taps) * width, block.rows);
  equal(part, 'columns of its block', spanLength(stage.columns), block.columns);
  if (block.rows > arch.core.axons) findings.report(tooManyRows(part, 'axons', block.rows, arch.core.axons));
  gather.from.forEach((region, i) => {
    const { grid } = program.planes[region.plane], made = slidGrid(grid, gather);
    equal(`${part}.gather.from[${i}].channels`, 'number of channels (equal in all regions)', width, channelsOf(region));
    if (!samePair(made, gather.outGrid)) findings.report(shapeWrong(`${part}.gather.outGrid`, `grid that its window makes of ${grid.join(' x ')}`, made.join(' x '), gather.outGrid.join(' x ')));
  });
  if (stage.sumBits > arch.core.accumulatorBits) findings.report(shapeWrong(`${part}.sumBits`, 'width of its sums', `at most that of the accumulator, ${arch.core.accumulatorBits}`, stage.sumBits));
}

function checkSoma(stage: Soma, { survey: { arch }, findings, part, equal, span }: Scope): void {
  if (stage.membraneBits > arch.core.membraneBits) findings.report(shapeWrong(`${part}.membraneBits`, 'stored width', `at most that of the target, ${arch.core.membraneBits}`, stage.membraneBits));
  for (const name of ['spikes', 'current'] as const) if (stage[name]) span(`${part}.${name}.channels`, 'columns', stage.columns, stage[name].channels);
  stage.adds.forEach((region, i) => equal(`${part}.adds[${i}].channels`, 'number of channels (one per column)', spanLength(stage.columns), channelsOf(region)));
}

function checkAttend(stage: Attend, { survey: { arch }, findings, part }: Scope): void {
  if (channelsOf(stage.key) > arch.core.axons) findings.report(tooManyRows(part, 'axons', channelsOf(stage.key), arch.core.axons));
  if (!arch.abilities.attend.includes(stage.form)) findings.report(abilityMissing(part, `attention in the form ${stage.form}`));
  if (stage.sumBits > arch.core.accumulatorBits) findings.report(shapeWrong(`${part}.sumBits`, 'width of its sums', `at most that of the accumulator, ${arch.core.accumulatorBits}`, stage.sumBits));
}

function checkPool(stage: Pool, { survey: { program, arch }, findings, part, equal }: Scope): void {
  const { over, from, out } = stage, [first] = from, { grid } = program.planes[first.plane], tokens = positionsOf(grid);
  if (stage.op === 'max' && program.planes[out.plane].carrier.as === 'current' && !arch.abilities.maxCurrent) findings.report(abilityMissing(part, 'a maximum over currents'));
  if (over.kind === 'head') {
    const width = over.width + 2 * over.padding[1] - over.window[1] + 1, heads = channelsOf(first) / over.width;
    if (!Number.isInteger(heads)) findings.report(shapeWrong(`${part}.from[0].channels`, 'number of channels', `a multiple of the head width ${over.width}`, channelsOf(first)));
    else equal(`${part}.out.channels`, 'number of channels', heads * width, channelsOf(out));
    equal(`${part}.out`, 'positions of its plane', tokens + 2 * over.padding[0] - over.window[0] + 1, positionsOf(program.planes[out.plane].grid));
    return;
  }
  if (over.kind === 'window' && !samePair(slidGrid(grid, over), over.outGrid)) {
    findings.report(shapeWrong(`${part}.over.outGrid`, `grid that its window makes of ${grid.join(' x ')}`, slidGrid(grid, over).join(' x '), over.outGrid.join(' x ')));
  }
  from.forEach((region, i) => {
    equal(`${part}.from[${i}].channels`, 'number of channels (as many as the output)', channelsOf(out), channelsOf(region));
    const positions = positionsOf(program.planes[region.plane].grid);
    if (over.kind === 'planes' && positions !== 1) equal(`${part}.from[${i}]`, 'positions of its plane (those of the output, or 1)', positionsOf(program.planes[out.plane].grid), positions);
  });
}

const names = { spike: 'spikes', count: 'counts', current: 'currents', pixel: 'pixels', ternary: 'ternary spikes' } as const;
type Kind = keyof typeof names;
const taken: Readonly<Record<Exclude<Stage['kind'], 'pool' | 'source'>, readonly Kind[]>> =
  { synapse: ['spike', 'count', 'pixel'], soma: ['current'], attend: ['spike'], add: ['spike', 'count'], readout: ['spike', 'count', 'current'] };

/** What a stage may read, and what each of its outputs may carry. */
function carriersOf(stage: Stage, kinds: readonly Kind[]): Readonly<{ reads: readonly Kind[]; writes: (output: number) => readonly Kind[] }> {
  const none = () => [];
  switch (stage.kind) {
    case 'pool': {
      const made: Kind = stage.op !== 'sum' || kinds[0] === 'current' ? kinds[0] : 'count';
      const reads: readonly Kind[] = stage.op === 'or' || stage.op === 'and' ? ['spike'] : stage.op === 'max' ? (kinds[0] === 'pixel' ? ['spike', 'count', 'current'] : [kinds[0]])
        : kinds[0] === 'current' ? ['current'] : ['spike', 'count'];
      return { reads, writes: () => [made] };
    }
    case 'source': return { reads: [], writes: () => ['pixel'] };
    case 'soma': return { reads: taken.soma, writes: (output) => [stage.spikes && output === 0 ? 'spike' : 'current'] };
    case 'add': return { reads: taken.add, writes: () => (stage.out.length === 1 ? ['count', 'spike'] : ['spike']) };
    case 'synapse': case 'attend': case 'readout': return { reads: taken[stage.kind], writes: none };
  }
}

/** T2110, T2113: what travels on the planes, and how often. */
function checkPlaneUse(stage: Stage, { survey: { program }, findings, part }: Scope): void {
  const kinds = inputsOf(stage).map((region) => program.planes[region.plane].carrier.as), { reads, writes } = carriersOf(stage, kinds);
  const said = (list: readonly Kind[]) => list.map((kind) => names[kind]).join(' or ');
  inputsOf(stage).forEach((region, input) => {
    const plane = program.planes[region.plane], wanted = stage.kind === 'synapse' ? stage.evaluate : 'step';
    if (!reads.includes(plane.carrier.as)) findings.report(carrierWrong(inputPart(stage, input), stage.kind, said(reads), names[plane.carrier.as]));
    if (plane.per !== wanted) findings.report(periodWrong(inputPart(stage, input), wanted, plane.per));
  });
  outputsOf(stage).forEach((region, output) => {
    if (region === 'sums') return;
    const plane = program.planes[region.plane], wanted = stage.kind === 'source' && stage.coding === 'direct' ? 'sample' : 'step';
    if (!writes(output).includes(plane.carrier.as)) findings.report(carrierWrong(`${part}, output ${output}`, stage.kind, said(writes(output)), names[plane.carrier.as]));
    if (plane.per !== wanted) findings.report(periodWrong(`${part}, output ${output}`, wanted, plane.per));
  });
}

/** T2111, T2112: what the chip must be able to carry. */
function checkPlaneAbilities({ program, arch }: Survey, findings: Findings): void {
  program.planes.forEach(({ carrier }, id) => {
    const part = `planes[${id}].carrier`;
    if (carrier.as === 'current' && !arch.abilities.currents) findings.report(abilityMissing(part, 'currents over the network'));
    if (carrier.as === 'pixel' && !arch.abilities.pixelMac) findings.report(abilityMissing(part, 'multiplying pixels with weights'));
    if (carrier.as === 'count' && carrierBits(carrier) > arch.core.payloadBits) findings.report(payloadTooWide(part, carrierBits(carrier), arch.core.payloadBits));
  });
}

/** T2107 .. T2113: every stage against what it names. */
export function checkStages(survey: Survey, findings: Findings): void {
  checkPlaneAbilities(survey, findings);
  for (const stage of survey.program.stages) {
    const part = `stages[${stage.id}]`;
    const scope: Scope = { survey, findings, part,
      equal: (at, what, wanted, came) => { if (wanted !== came) findings.report(shapeWrong(at, what, wanted, came)); },
      span: (at, what, wanted, came) => { if (wanted.from !== came.from || wanted.to !== came.to) findings.report(outputWrong(at, what, wanted, came)); } };
    outputsOf(stage).forEach((region, output) => { if (region !== 'sums') scope.span(`${part}, output ${output}`, 'contexts', stage.contexts, region.positions); });
    if ('columns' in stage && spanLength(stage.columns) > survey.arch.core.neurons) findings.report(tooManyRows(part, 'neurons', spanLength(stage.columns), survey.arch.core.neurons));
    checkPlaneUse(stage, scope);
    switch (stage.kind) {
      case 'synapse': checkSynapse(stage, scope); break;
      case 'soma': checkSoma(stage, scope); break;
      case 'attend': checkAttend(stage, scope); break;
      case 'pool': checkPool(stage, scope); break;
      case 'add': checkAdd(stage, scope); break;
      case 'readout': scope.span(`${part}.from.positions`, 'contexts', stage.contexts, stage.from.positions); break;
      case 'source': break;
    }
  }
}

function checkAdd(stage: Add, { part, equal }: Scope): void {
  for (const name of ['from', 'out'] as const) stage[name].forEach((region, i) => equal(`${part}.${name}[${i}].channels`, 'number of channels (equal in all regions)', channelsOf(stage.out[0]), channelsOf(region)));
}
