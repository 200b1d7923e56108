// Quantities with their unit in the type, so that picojoules cannot stand where cycles belong, and the ids of the contract.

declare const unit: unique symbol;
/** A number that carries its unit in its type; made by the reader of a target or by a cost function, never by arithmetic on bare numbers elsewhere. */
export type Quantity<U extends string> = number & { readonly [unit]: U };
export type Picojoules = Quantity<'pJ'>;
export type Milliwatts = Quantity<'mW'>;
export type Cycles = Quantity<'cycle'>;
export type Bytes = Quantity<'B'>;

/** Core number: y * mesh width + x. */
export type CoreId = number;
/** Index into `Plan.stages`; stages are numbered in topological order. */
export type StageId = number;
/** Index into `Plan.planes`. */
export type PlaneId = number;
/** Index into `Plan.blocks`. */
export type BlockId = number;
/** Index into `Program.edges`. */
export type EdgeId = number;
/** Index into `Program.routes`. */
export type RouteId = number;

/** Half-open interval of whole numbers. */
export type Span = Readonly<{ from: number; to: number }>;
export type Pair = readonly [height: number, width: number];

export const spanLength = (span: Span): number => span.to - span.from;
export const overlap = (a: Span, b: Span): Span => ({ from: Math.max(a.from, b.from), to: Math.max(Math.max(a.from, b.from), Math.min(a.to, b.to)) });
/** How many numbers lie in any of the spans. */
export function unionLength(spans: readonly Span[]): number {
  let covered = 0, end = -Infinity;
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    covered += Math.max(0, span.to - Math.max(span.from, end));
    end = Math.max(end, span.to);
  }
  return covered;
}
export const contains = (outer: Span, inner: Span): boolean => inner.from >= outer.from && inner.to <= outer.to;
