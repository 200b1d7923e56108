// Stages against their planes, their block and the chip: shapes, carriers, periods, abilities, crossbar sizes.
import type { Add, Attend, HostStage, Pool, Region, Soma, Stage, Synapse } from '../program.ts';
import type { Pair, Span } from '../units.ts';
import type { Findings } from './findings.ts';
import type { Survey } from './survey.ts';
import { abilityMissing, carrierWrong, hostElsewhere, outputWrong, payloadTooWide, periodWrong, shapeWrong, tooManyRows } from '../faults.ts';
import { positionsOf, slidGrid } from '../geometry.ts';
import { reachOf } from '../host/index.ts';
import { carrierBits, inputsOf, outputsOf } from '../program.ts';
import { spanLength } from '../units.ts';
import { inputPart } from './structure-stages.ts';

const samePair = (a: Pair, b: Pair): boolean => a[0] === b[0] && a[1] === b[1];
const channelsOf = (region: Region): number => spanLength(region.channels);

/** What one stage's checks use. `whole` and `span` report when the two differ. */
type Scope = Readonly<{ survey: Survey; findings: Findings; part: string; equal(part: string, what: string, wanted: number, came: number): void; span(part: string, what: string, wanted: Span, came: Span): void }>;

function checkSynapse(stage: Synapse, { survey: { program, arch }, findings, part, equal }: Scope): void {
  const { gather } = stage, block = program.blocks[stage.block], width = channelsOf(gather.from[0]);
  equal(part, gather.rows ? 'rows of its block (those of gather.rows)' : 'rows of its block (taps x channels)', gather.rows?.length ?? spanLength(gather.taps) * width, block.rows);
  equal(part, 'columns of its block (columns / groups)', spanLength(stage.columns) / gather.groups, block.columns);
  if (block.rows > arch.core.axons) findings.report(tooManyRows(part, 'axons', block.rows, arch.core.axons));
  gather.from.forEach((region, i) => {
    const { grid, carrier } = program.planes[region.plane], made = slidGrid(grid, gather);
    equal(`${part}.gather.from[${i}].channels`, 'number of channels (equal in all regions)', width, channelsOf(region));
    if (!samePair(made, gather.outGrid)) findings.report(shapeWrong(`${part}.gather.outGrid`, `grid that its window makes of ${grid.join(' x ')}`, made.join(' x '), gather.outGrid.join(' x ')));
    if (carrier.as === 'current' && !arch.abilities.pixelMac) findings.report(abilityMissing(`${part}.gather.from[${i}]`, 'multiplying currents with weights'));
  });
  if (stage.sumBits > arch.core.accumulatorBits) findings.report(shapeWrong(`${part}.sumBits`, 'width of its sums', `at most that of the accumulator, ${arch.core.accumulatorBits}`, stage.sumBits));
}

function checkSoma(stage: Soma, { survey: { program, arch }, findings, part, equal, span }: Scope): void {
  if (stage.membraneBits > arch.core.membraneBits) findings.report(shapeWrong(`${part}.membraneBits`, 'stored width', `at most that of the target, ${arch.core.membraneBits}`, stage.membraneBits));
  for (const name of ['spikes', 'current'] as const) if (stage[name]) span(`${part}.${name}.channels`, 'columns', stage.columns, stage[name].channels);
  stage.adds.forEach((region, i) => equal(`${part}.adds[${i}].channels`, 'number of channels (one per column)', spanLength(stage.columns), channelsOf(region)));
  if (stage.plastic && !arch.abilities.plasticity) findings.report(abilityMissing(`${part}.plastic`, 'a matrix that learns'));
  if (stage.gain && !arch.abilities.pixelMac) findings.report(abilityMissing(`${part}.gain`, 'multiplying sums with gains'));
  const carrier = stage.spikes && program.planes[stage.spikes.plane].carrier;
  if (stage.rule.kind === 'ladder' && carrier?.as === 'count') equal(`${part}.spikes`, 'greatest count of its plane (the levels of its ladder)', stage.rule.levels, carrier.max);
}

function checkAttend(stage: Attend, { survey: { program, arch }, findings, part }: Scope): void {
  const isGraded = (stage.form === 'kv' || stage.form === 'qk') && inputsOf(stage).some(({ plane }) => program.planes[plane].carrier.as === 'count'), abilities = [...(isGraded ? ['graded' as const] : []), ...(isGraded && stage.form === 'kv' ? [] : [stage.form])];
  const rowBits = stage.width[0] * carrierBits(program.planes[stage.key.plane].carrier) + stage.width[1] * (stage.value ? carrierBits(program.planes[stage.value.plane].carrier) : 0);
  if (stage.form === 'qk' && stage.counterBits !== rowBits) findings.report(shapeWrong(`${part}.counterBits`, 'bits of a row', `those of a key and a value, ${rowBits}`, stage.counterBits));
  if (stage.form !== 'gate' && channelsOf(stage.query) > arch.core.axons) findings.report(tooManyRows(part, 'axons', channelsOf(stage.query), arch.core.axons));
  for (const ability of abilities) if (!arch.abilities.attend.includes(ability)) findings.report(abilityMissing(part, `attention in the form ${ability}`));
  if (stage.sumBits > arch.core.accumulatorBits) findings.report(shapeWrong(`${part}.sumBits`, 'width of its sums', `at most that of the accumulator, ${arch.core.accumulatorBits}`, stage.sumBits));
}

function checkPool(stage: Pool, { survey: { program, arch }, findings, part, equal }: Scope): void {
  const { over, from, out } = stage, [first] = from, { grid } = program.planes[first.plane], { grid: outGrid, carrier } = program.planes[out.plane], tokens = positionsOf(grid);
  const heads = (width: number): number | undefined => {
    const count = channelsOf(first) / width;
    if (Number.isInteger(count)) return count;
    findings.report(shapeWrong(`${part}.from[0].channels`, 'number of channels', `a multiple of the head width ${width}`, channelsOf(first)));
    return undefined;
  };
  if (stage.op === 'max' && carrier.as === 'current' && !isMove(stage) && !arch.abilities.maxCurrent) findings.report(abilityMissing(part, 'a maximum over currents'));
  if (over.kind === 'head' || over.kind === 'heads') {
    const count = heads(over.width), each = over.kind === 'heads' ? 1 : over.width + 2 * over.padding[1] - over.window[1] + 1;
    if (count !== undefined) equal(`${part}.out.channels`, 'number of channels', count * each, channelsOf(out));
    equal(`${part}.out`, 'positions of its plane', over.kind === 'heads' ? tokens : tokens + 2 * over.padding[0] - over.window[0] + 1, positionsOf(outGrid));
    return;
  }
  const made = over.kind === 'window' ? slidGrid(grid, over) : over.kind === 'stretch' ? [grid[0] * over.factor[0], grid[1] * over.factor[1]] as const : undefined;
  if (made && 'outGrid' in over && !samePair(made, over.outGrid)) {
    findings.report(shapeWrong(`${part}.over.outGrid`, `grid that its ${over.kind === 'window' ? 'window' : 'factor'} makes of ${grid.join(' x ')}`, made.join(' x '), over.outGrid.join(' x ')));
  }
  from.forEach((region, i) => {
    const positions = positionsOf(program.planes[region.plane].grid), channels = channelsOf(region), wide = channelsOf(out);
    if (over.kind === 'planes' && positions !== 1) equal(`${part}.from[${i}]`, 'positions of its plane (those of the output, or 1)', positionsOf(outGrid), positions);
    const isSpread = over.kind === 'planes' && from.length > 1 && wide % channels === 0;
    if (!isSpread) equal(`${part}.from[${i}].channels`, 'number of channels (as many as the output)', wide, channels);
  });
}

/** Pools that combine nothing: a copy of one plane, and a stretch. They take whatever travels. */
const isMove = ({ over, from }: Pool): boolean => over.kind === 'stretch' || (over.kind === 'planes' && from.length === 1);

const names = { spike: 'spikes', ternary: 'ternary spikes', count: 'counts', current: 'currents', pixel: 'pixels' } as const;
type Kind = keyof typeof names;
/** What one input takes and what an output carries. */
type Uses = Readonly<{ reads: (input: number) => readonly Kind[]; writes: (output: number) => readonly Kind[] }>;
const every = (kinds: readonly Kind[]) => () => kinds;

/** Inputs of one crossbar are of one sort: pixels or currents are multiplied, ternary spikes add or subtract, spikes and counts add. */
const sorts: Readonly<Record<Kind, readonly Kind[]>> = { spike: ['spike', 'count'], count: ['spike', 'count'], ternary: ['ternary'], current: ['current'], pixel: ['pixel'] };

function usesOf(stage: Stage, kinds: readonly Kind[]): Uses {
  switch (stage.kind) {
    case 'synapse': return { reads: (input) => (input === 0 ? ['spike', 'ternary', 'count', 'current', 'pixel'] : sorts[kinds[0]]), writes: every([]) };
    case 'soma': return { reads: (input) => (input < stage.adds.length ? ['current', 'count'] : ['pixel', 'spike', 'count']), writes: (output) => (stage.spikes && output === 0 ? firedBy(stage) : ['current']) };
    case 'attend': return { reads: (input) => (stage.form === 'kv' || stage.form === 'qk' ? ['spike', 'count'] : stage.form === 'gate' || (stage.form === 'matrix' && input > 0) ? ['current'] : ['spike']), writes: every([]) };
    case 'pool': return usesOfPool(stage, kinds);
    case 'add': return { reads: every(['spike', 'count']), writes: every(stage.out.length === 1 ? ['count', 'spike'] : ['spike']) };
    case 'source': return { reads: every([]), writes: every([sourced[stage.coding]]) };
    case 'readout': return { reads: every(['spike', 'ternary', 'count', 'current']), writes: every([]) };
    case 'host': return { reads: every(['pixel', 'spike', 'ternary', 'count', 'current']), writes: every(['current']) };
  }
}

const sourced = { direct: 'pixel', frames: 'pixel', spikes: 'spike', currents: 'current' } as const;

function firedBy({ rule }: Soma): readonly Kind[] {
  return rule.kind === 'elastic' ? ['ternary'] : rule.kind === 'ladder' ? (rule.levels === 1 ? ['count', 'spike'] : ['count']) : ['spike'];
}

function usesOfPool(stage: Pool, [first]: readonly Kind[]): Uses {
  if (isMove(stage)) return { reads: every(['spike', 'ternary', 'count', 'current']), writes: every([first]) };
  const made: Kind = stage.op !== 'sum' || first === 'current' ? first : 'count';
  const reads: readonly Kind[] = stage.op === 'or' || stage.op === 'and' || stage.op === 'xor' ? ['spike']
    : stage.op === 'max' ? (first === 'pixel' || first === 'ternary' ? ['spike', 'count', 'current'] : [first]) : first === 'current' ? ['current'] : ['spike', 'count'];
  return { reads: every(reads), writes: every([made]) };
}

/** T2110, T2113: what travels on the planes, and how often. */
function checkPlaneUse(stage: Stage, { survey: { program }, findings, part }: Scope): void {
  const kinds = inputsOf(stage).map((region) => program.planes[region.plane].carrier.as), { reads, writes } = usesOf(stage, kinds);
  const said = (list: readonly Kind[]) => list.map((kind) => names[kind]).join(' or ');
  inputsOf(stage).forEach((region, input) => {
    const plane = program.planes[region.plane], wanted = stage.kind === 'synapse' ? stage.evaluate : 'step';
    if (!reads(input).includes(plane.carrier.as)) findings.report(carrierWrong(inputPart(stage, input), stage.kind, said(reads(input)), names[plane.carrier.as]));
    // A matrix reads what is given once at every step.
    if (plane.per !== wanted && !(stage.kind === 'soma' && input >= stage.adds.length)) findings.report(periodWrong(inputPart(stage, input), wanted, plane.per));
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
    if ((carrier.as === 'count' || carrier.as === 'ternary') && carrierBits(carrier) > arch.core.payloadBits) findings.report(payloadTooWide(part, carrierBits(carrier), arch.core.payloadBits));
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
      case 'host': checkHost(stage, scope); break;
    }
  }
}

/** On the io tile, whole maps of one grid, and a target that lets currents out. */
function checkHost(stage: HostStage, { survey: { program, arch, cores }, findings, part, equal }: Scope): void {
  const { grid } = program.planes[stage.out.plane];
  equal(`${part}.contexts`, 'number of contexts (all positions of its result)', positionsOf(grid), spanLength(stage.contexts));
  stage.from.forEach((region, i) => {
    const own = program.planes[region.plane].grid;
    if (reachOf(stage.compute, i) === 'position' && !samePair(own, grid)) findings.report(shapeWrong(`${part}.from[${i}]`, 'grid of its plane (that of the result)', grid.join(' x '), own.join(' x ')));
  });
  if (!arch.abilities.host) findings.report(abilityMissing(part, 'functions on the host'));
  if (cores[stage.id] !== arch.mesh.io) findings.report(hostElsewhere(stage.id, arch.mesh.io, cores[stage.id]));
}

function checkAdd(stage: Add, { part, equal }: Scope): void {
  for (const name of ['from', 'out'] as const) stage[name].forEach((region, i) => equal(`${part}.${name}[${i}].channels`, 'number of channels (equal in all regions)', channelsOf(stage.out[0]), channelsOf(region)));
}
