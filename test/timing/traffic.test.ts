// Synthetic traffic against BookSim's curve (simulator.md section 5, V4), and the options' faults.
import { describe, expect, it } from 'vitest';
import { loneLatency } from '../../simulator/timing/latency.ts';
import { runTraffic } from '../../simulator/timing/traffic.ts';
import type { TrafficOptions, TrafficResult } from '../../simulator/timing/traffic.ts';
import { randomRouter, routerOf, v4Router } from './fixture.ts';

const mesh = { width: 8, height: 8 };
function run(options: Partial<TrafficOptions>): TrafficResult {
  const outcome = runTraffic({ mesh, router: v4Router, pattern: 'uniform', load: 0.1, ...options });
  if (!outcome.ok) throw new Error(outcome.faults.map(({ message }) => message).join());
  return outcome.value;
}

describe('the 8x8 router of V4 under uniform traffic', () => {
  it('has a zero-load mean of 27.0 cycles over 6.25 routers', () => {
    const { latency, routers } = run({ load: 0.005, measure: 30000 });
    expect(Math.abs(latency - (6 + 4 * (routers - 1)))).toBeLessThan(0.1);  // queueing is below a tenth of a cycle
    expect(Math.abs(routers - 6.25)).toBeLessThan(0.06);
    expect(Math.abs(latency - 27.0)).toBeLessThan(0.3);
  });

  it('has the closed form averaged over all pairs equal to 27.0 exactly', () => {
    let sum = 0;
    for (let a = 0; a < 64; a++) for (let b = 0; b < 64; b++) sum += loneLatency(Math.abs(a % 8 - b % 8) + Math.abs((a >> 3) - (b >> 3)), 1, v4Router);
    expect(sum / 4096).toBe(27);
  });

  it.each([[0.1, 27.2], [0.2, 27.79], [0.3, 29.12], [0.35, 30.74]])('at load %s has a latency within 2 percent of %s and accepts what is offered', (load, latency) => {
    const result = run({ load, warmUp: 1500, measure: 6000 });
    expect(Math.abs(result.latency / latency - 1)).toBeLessThan(0.02);
    expect(Math.abs(result.accepted / load - 1)).toBeLessThan(0.02);
    expect(result.isStable).toBe(true);
  });

  it('saturates within 5 % of 0.415 and says that it is unstable', () => {
    const { accepted, isStable } = run({ load: 0.6, measure: 4000, drain: 2000 });
    expect(Math.abs(accepted / 0.415 - 1)).toBeLessThan(0.05);
    expect(isStable).toBe(false);
    expect(run({ load: 0.36, warmUp: 1500, measure: 4000 }).isStable).toBe(true);
  });
});

describe('runTraffic', () => {
  it('gives the same result for the same seed, another for another', () => {
    const options = { load: 0.25, measure: 2000, warmUp: 500 };
    expect(run({ ...options, seed: 3 })).toEqual(run({ ...options, seed: 3 }));
    expect(run({ ...options, seed: 3 }).latency).not.toBe(run({ ...options, seed: 4 }).latency);
  });

  it('has the closed form as its zero-load mean for neighbour traffic on any router', () => {
    for (let seed = 1; seed < 6; seed++) {
      const router = randomRouter(seed), { latency, worst } = run({ router, mesh: { width: 4, height: 4 }, pattern: 'neighbour', load: 0.002, measure: 20000 });
      // Three packets of four go one column east, one goes three columns back.
      const mean = (3 * loneLatency(1, 1, router) + loneLatency(3, 1, router)) / 4;
      expect(Math.abs(latency / mean - 1)).toBeLessThan(0.02);
      expect(worst).toBeGreaterThanOrEqual(loneLatency(3, 1, router));
    }
  });

  it('runs every pattern with packets of several flits and drains', () => {
    for (const pattern of ['uniform', 'transpose', 'complement', 'hotspot', 'neighbour', 'multicast'] as const) {
      const result = run({ pattern, router: routerOf({ virtualChannels: 4 }), load: 0.04, flits: 4, measure: 3000, warmUp: 500 });
      expect(result.isStable, pattern).toBe(true);
      expect(result.packets).toBeGreaterThan(1000);
    }
  });

  it('accepts more than it offers only where packets multiply', () => {
    const { accepted } = run({ pattern: 'multicast', router: routerOf({ virtualChannels: 4 }), load: 0.04, branches: 4, measure: 4000 });
    expect(accepted).toBeGreaterThan(0.04 * 3.5);
  });

  it('lets a wormhole router carry packets longer than its buffers and refuses them under vct', () => {
    expect(run({ router: { ...routerOf({ virtualChannels: 2, bufferFlits: 4 }), switching: 'wormhole' }, flits: 20, load: 0.05, measure: 4000 }).isStable).toBe(true);
    const refused = runTraffic({ mesh, router: routerOf({ bufferFlits: 4 }), pattern: 'uniform', load: 0.05, flits: 20 });
    expect(refused.ok ? [] : refused.faults.map(({ code }) => code)).toEqual(['S2103']);
  });

  it('reports every option out of range at once', () => {
    const refused = runTraffic({ mesh: { width: 0, height: 8 }, router: routerOf({ virtualChannels: 0 }), pattern: 'uniform', load: 2, seed: -1, measure: 0, drain: NaN });
    expect(refused.ok ? [] : refused.faults.map(({ code, at }) => `${code} ${at?.in === 'option' ? at.option : ''}`))
      .toEqual(['S2101 router.virtualChannels', 'S2104 mesh', 'S2104 load', 'S2104 seed', 'S2104 measure', 'S2104 drain']);
  });
});
