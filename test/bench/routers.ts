// The flit-level router alone: synthetic traffic on an 8 x 8 mesh.
import { runTraffic } from '../../simulator/timing/traffic.ts';
import type { Figure, Yardstick } from './figures.ts';
import type { Measured } from './fashion.ts';
import { referenceAdditions, sure } from './fashion.ts';
import { fastest, goal } from './figures.ts';
import { v4Router as router } from '../timing/fixture.ts';

const side = 8;

export function measureRouters(yardstick: Yardstick): Measured {
  const loads = [0.05, 0.2, 0.3].map((load) => {
    let cycles = 0, hops = 0;
    const seconds = fastest(5, () => {
      const result = sure(runTraffic({ mesh: { width: side, height: side }, router, pattern: 'uniform', load, warmUp: 0, measure: 5000 }));
      cycles = result.cycles;
      hops = result.traversals;
    });
    return { load, routerCycles: cycles * side * side / seconds, hops: hops / seconds };
  });
  const figures: Figure[] = loads.flatMap(({ load, routerCycles, hops }) => [
    yardstick.speed('timing', `8 x 8 routers, uniform load ${load}: router-cycles`, routerCycles, 'router-cycles'),
    yardstick.speed('timing', `8 x 8 routers, uniform load ${load}: flit-hops`, hops, 'flit-hops')]);
  return { figures, goals: [goal('8 x 8 routers at load 0.2: router-cycles per addition', loads[1].routerCycles / yardstick.additions, 1e6 / referenceAdditions,
    'simulator.md section 8: 1 M router-cycles/s a thread')] };
}
