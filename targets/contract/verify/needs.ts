// Which stage outputs each stage reads, found from regions, chains and sums alone: what the declared edges are held against.
import type { Gather, Program, Stage } from '../program.ts';
import type { Span, StageId } from '../units.ts';
import type { Findings } from './findings.ts';
import type { Survey } from './survey.ts';
import { regionTooSmall, sizeTooLarge } from '../faults.ts';
import { positionsOf, rowsOfTap, visitNeeded } from '../geometry.ts';
import { inputsOf } from '../program.ts';
import { contains, overlap } from '../units.ts';
import { limits } from './limits.ts';
import { inputPart } from './structure-stages.ts';

/**
 * Consumer `to` reads output `output` of `from`. exact: smallest span of the producer's positions that holds all that is needed; undefined where the span of the needs
 * crosses the producer and yet nothing of it is needed (strides skip it): an edge is then allowed, for a mapper that measures by spans, and not required.
 * hull: the producer's part of the span of the needs; an edge may deliver up to that.
 */
export type Need = { readonly from: StageId; readonly output: number; readonly to: StageId; readonly carries: 'sums' | 'plane'; exact: Span | undefined; hull: Span };

const join = (a: Span | undefined, b: Span | undefined): Span | undefined => (a && b ? { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) } : a ?? b);
export const needKey = (from: StageId, output: number, to: StageId): string => `${from}.${output}.${to}`;

/** What one input needs, answered by span: the span of all of it, and of the part inside a producer. */
type Marks = Readonly<{ key: string; hull: Span | undefined; within(span: Span): Span | undefined }>;

/** Inputs with equal keys need the same: the tiles of a layer, one after another. */
const marksKey = (stage: Stage, input: number, plane: number): string => (stage.kind !== 'synapse' ? `${stage.id} ${input}`
  : [plane, stage.contexts.from, stage.contexts.to, stage.gather.taps.from, stage.gather.taps.to, stage.gather.window, stage.gather.stride, stage.gather.padding, stage.gather.outGrid, tapsHeld(stage.gather)].join(' '));

/** Which taps have rows, where some may have none. */
const tapsHeld = (gather: Gather): string => (gather.rows ? Array.from({ length: gather.taps.to - gather.taps.from }, (_, i) => Number(rowsOfTap(gather, gather.taps.from + i) > 0)).join('') : 'all');

function markNeeds(stage: Stage, input: number, planes: Program['planes'], before: Marks | undefined): Marks {
  const { plane } = inputsOf(stage)[input], key = marksKey(stage, input, plane);
  if (before?.key === key) return before;
  const positions = positionsOf(planes[plane].grid), next = new Int32Array(positions + 1).fill(-1), previous = new Int32Array(positions + 1).fill(-1);
  let from = Infinity, to = -1;
  for (let context = stage.contexts.from; context < stage.contexts.to; context++) {
    visitNeeded(stage, input, context, planes, (position) => {
      if (position < positions) next[position] = position;  // one beyond is reported below, as a region too small
      if (position < from) from = position;
      if (position >= to) to = position + 1;
    });
  }
  for (let i = 0; i < positions; i++) previous[i + 1] = next[i] === i ? i : previous[i];
  for (let i = positions - 1; i >= 0; i--) if (next[i] !== i) next[i] = next[i + 1];
  return { key, hull: to < 0 ? undefined : { from, to },
    within: (span) => (next[span.from] >= 0 && next[span.from] < span.to ? { from: next[span.from], to: previous[span.to] + 1 } : undefined) };
}

function addPlaneNeeds(stage: Stage, survey: Survey, needs: Map<string, Need>, before: Marks | undefined, findings: Findings): Marks | undefined {
  let marks = before;
  inputsOf(stage).forEach((region, input) => {
    marks = markNeeds(stage, input, survey.program.planes, marks);
    const { hull, within } = marks, { channels } = region;
    if (!hull) return;
    if (!contains(region.positions, hull)) findings.report(regionTooSmall(`${inputPart(stage, input)}.positions`, hull, region.positions));
    for (const { stage: from, output, region: written } of survey.writers.get(region.plane) ?? []) {
      if (written.channels.to <= channels.from || written.channels.from >= channels.to || written.positions.to <= hull.from || written.positions.from >= hull.to) continue;
      const key = needKey(from, output, stage.id), exact = within(written.positions), part = overlap(hull, written.positions), found = needs.get(key);
      if (found) { found.exact = join(found.exact, exact); found.hull = join(found.hull, part)!; }
      else needs.set(key, { from, output, to: stage.id, carries: 'plane', exact, hull: part });
    }
  });
  return marks;
}

/**
 * All needs, in order of consumers; T2106 where a region leaves out a position that a context needs.
 * Memory: two numbers for each position of one plane at a time, and the needs, at most as many as edges are allowed.
 */
export function findNeeds(survey: Survey, findings: Findings): ReadonlyMap<string, Need> {
  const needs = new Map<string, Need>();
  let marks: Marks | undefined;
  for (const stage of survey.program.stages) {
    if (needs.size > limits.edges) { findings.report(sizeTooLarge('stages', 'pairs of a producer and a reader', needs.size, limits.edges)); break; }
    marks = addPlaneNeeds(stage, survey, needs, marks, findings);
    const sums = stage.kind === 'synapse' && stage.after !== undefined ? [stage.after] : stage.kind === 'soma' ? stage.sums : [];
    for (const from of sums) needs.set(needKey(from, 0, stage.id), { from, output: 0, to: stage.id, carries: 'sums', exact: stage.contexts, hull: stage.contexts });
  }
  return needs;
}
