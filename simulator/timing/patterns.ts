// Where synthetic packets go.
import { draw, drawBelow } from './random.ts';
import type { Mesh } from './network.ts';
import { treeDistances, treeLinks, writeTree } from './trees.ts';

/** uniform: every node alike, itself included (as BookSim); neighbour: one column east, round the rim; multicast: one of eight fixed random trees per node. */
export const patterns = ['uniform', 'transpose', 'complement', 'hotspot', 'neighbour', 'multicast'] as const;
export type PatternName = (typeof patterns)[number];

export type Pattern = Readonly<{
  /** Trees of the network; empty for unicast patterns. */
  trees: Uint8Array;
  /** Destination as the network wants it: row of `trees`, or -1 - node. */
  treeOf(node: number, counter: number): number;
  ejections(tree: number): number;
  /** Routers that a packet passes, mean over its destinations. */
  routers(node: number, tree: number): number }>;

type PatternOptions = Readonly<{ mesh: Mesh; pattern: PatternName; seed: number; branches: number; hotspotShare: number }>;

const treesPerNode = 8;

export function createPattern(options: PatternOptions): Pattern {
  if (options.pattern === 'multicast') return multicast(options);
  const { mesh } = options, { width } = mesh;
  const distance = (a: number, b: number): number => Math.abs(a % width - b % width) + Math.abs(Math.floor(a / width) - Math.floor(b / width));
  return { trees: new Uint8Array(0), ejections: () => 1, treeOf: (node, counter) => -1 - destination(options, node, counter), routers: (node, tree) => distance(node, -1 - tree) + 1 };
}

function destination({ mesh, pattern, seed, hotspotShare }: PatternOptions, node: number, counter: number): number {
  const { width, height } = mesh, nodes = width * height, x = node % width, y = Math.floor(node / width);
  switch (pattern) {
    // Where the mesh is no square, transposed coordinates wrap.
    case 'transpose': return (x % height) * width + (y % width);
    case 'complement': return nodes - 1 - node;
    case 'neighbour': return y * width + (x + 1) % width;
    case 'hotspot': return draw(seed ^ 0x5bd1e995, node, counter) < hotspotShare * 4294967296 ? (height >> 1) * width + (width >> 1) : drawBelow(nodes, seed, node, counter);
    default: return drawBelow(nodes, seed, node, counter);
  }
}

function multicast({ mesh, seed, branches }: PatternOptions): Pattern {
  const nodes = mesh.width * mesh.height, trees = new Uint8Array(nodes * treesPerNode * nodes), counts = new Int32Array(nodes * treesPerNode), routers = new Float64Array(nodes * treesPerNode);
  for (let tree = 0; tree < nodes * treesPerNode; tree++) {
    const node = Math.floor(tree / treesPerNode);
    const to = [...new Set(Array.from({ length: branches }, (_, i) => drawBelow(nodes, seed ^ 0x27d4eb2f, tree, i)))];
    const links = treeLinks(node, to, mesh), distances = treeDistances(node, links, mesh);
    writeTree(links, to, trees.subarray(tree * nodes, (tree + 1) * nodes));
    counts[tree] = to.length;
    routers[tree] = to.reduce((sum, core) => sum + (distances.get(core) ?? 0) + 1, 0) / to.length;
  }
  return { trees, ejections: (tree) => counts[tree], treeOf: (node, counter) => node * treesPerNode + drawBelow(treesPerNode, seed, node, counter), routers: (_, tree) => routers[tree] };
}
