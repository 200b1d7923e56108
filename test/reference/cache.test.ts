import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogitsKey } from '../../runtime/reference/cache.ts';
import { cacheFolder, graphDigest, readLogits, writeLogits } from '../../runtime/reference/cache.ts';
import { randomNetwork } from '../random-graph.ts';

const fresh = (): string => mkdtempSync(join(tmpdir(), 'synfire-cache-'));
const key: LogitsKey = { graph: 'g', model: 'm', samples: 's', engine: 'tfjs-wasm 4.22.0', batch: 8 }, logits = Float64Array.of(1, -2.5, 3, 0.1, 1e-300, -0);

describe('the cache of logits', () => {
  it('gives back the very numbers, in a folder that it makes, and leaves no draft', () => {
    const folder = join(fresh(), 'deep', 'er');
    expect(readLogits(folder, key, 2)).toBeUndefined();
    expect(writeLogits(folder, key, 2, logits)).toBeUndefined();
    expect(readLogits(folder, key, 2)).toEqual(logits);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it.each([['graph', 'G'], ['model', 'M'], ['samples', 'S'], ['engine', 'tfjs-cpu 4.22.0'], ['batch', 4]])('misses when the %s differs', (part, value) => {
    const folder = fresh();
    writeLogits(folder, key, 2, logits);
    expect(readLogits(folder, { ...key, [part]: value }, 2)).toBeUndefined();
  });

  it('ignores a file in which any byte is wrong, or missing, or too many', () => {
    const folder = fresh();
    writeLogits(folder, key, 2, logits);
    const file = join(folder, readdirSync(folder)[0]), bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; at++) {
      writeFileSync(file, bytes.map((byte, i) => (i === at ? byte ^ 1 : byte)));
      expect(readLogits(folder, key, 2)).toBeUndefined();
    }
    for (const length of [0, 7, 48, bytes.length - 1]) {
      writeFileSync(file, bytes.subarray(0, length));
      expect(readLogits(folder, key, 2)).toBeUndefined();
    }
    writeFileSync(file, Buffer.concat([bytes, Buffer.of(0)]));
    expect(readLogits(folder, key, 2)).toBeUndefined();
    writeFileSync(file, bytes);
    expect(readLogits(folder, key, 2)).toEqual(logits);
    expect(readLogits(folder, key, 3)).toBeUndefined();
  });

  it('ignores an entry of another key under its name', () => {
    const folder = fresh(), other = { ...key, model: 'other' };
    writeLogits(folder, key, 2, logits);
    const [name] = readdirSync(folder), bytes = readFileSync(join(folder, name));
    writeLogits(folder, other, 2, logits);
    writeFileSync(join(folder, readdirSync(folder).find((each) => each !== name)!), bytes);
    expect(readLogits(folder, other, 2)).toBeUndefined();
  });

  it('warns where it cannot write, and goes on', () => {
    const file = join(fresh(), 'not-a-folder');
    writeFileSync(file, '');
    expect(writeLogits(join(file, 'below'), key, 2, logits)).toMatchObject({ code: 'R3003', severity: 'warning', at: { file: join(file, 'below') } });
    expect(readLogits(join(file, 'below'), key, 2)).toBeUndefined();
    expect(writeLogits(undefined, key, 2, logits)).toMatchObject({ code: 'R3003', severity: 'warning' });
  });

  it('leaves no draft where an entry cannot be put in its place', () => {
    const folder = fresh();
    writeLogits(folder, key, 2, logits);
    const [name] = readdirSync(folder), other = fresh();
    mkdirSync(join(other, name, 'occupied'), { recursive: true });
    expect(writeLogits(other, key, 2, logits)).toMatchObject({ code: 'R3003' });
    expect(readdirSync(other)).toEqual([name]);
  });

  it('lies where the environment says', () => {
    expect(cacheFolder({ SYNFIRE_CACHE: '/own', XDG_CACHE_HOME: '/shared' })).toBe('/own');
    expect(cacheFolder({ XDG_CACHE_HOME: '/shared' })).toBe(join('/shared', 'synfire'));
    expect(cacheFolder({ XDG_CACHE_HOME: 'not/absolute' })).toMatch(/[\\/]\.cache[\\/]synfire$/);
    expect(cacheFolder({})).toMatch(/[\\/]\.cache[\\/]synfire$/);
  });
});

describe('graphDigest', () => {
  const options = { seed: 1, domain: 'real', family: 'add-spikes', attention: 'ssa', coding: 'direct', steps: 2, grid: [4, 4], channels: 1, heads: 1, width: 2, blocks: 1, border: false } as const;
  it('is the same for the same graph under another name, and changes with one weight, one attribute, one step', () => {
    const graph = randomNetwork(options), digest = graphDigest(graph), at = graph.nodes.findIndex((node) => node.kind === 'conv');
    const changed = (change: object) => graphDigest({ ...graph, nodes: graph.nodes.map((node, i) => (i === at ? { ...node, ...change } : node)) });
    const { weight } = graph.nodes[at].params, heavier = { ...weight, data: weight.data.map((value, i) => (i === 0 ? value + 2 ** -40 : value)) };
    expect(graphDigest({ ...randomNetwork(options), name: 'other' })).toBe(digest);
    expect(changed({ params: { ...graph.nodes[at].params, weight: heavier } })).not.toBe(digest);
    expect(changed({ attrs: { ...graph.nodes[at].attrs, padding: [9, 9] } })).not.toBe(digest);
    expect(graphDigest({ ...graph, steps: 3 })).not.toBe(digest);
  });
});
