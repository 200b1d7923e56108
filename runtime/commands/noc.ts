// synfire noc: synthetic traffic on the flit-level router.
import type { RawOptions } from '../options.ts';
import { OptionReader, targetOf } from '../options.ts';
import { optionWrong } from '../faults.ts';
import { printJson, refuse } from '../console/outcome.ts';
import { exits } from '../console/exits.ts';
import { tableText } from '../console/table.ts';
import { runTraffic } from '../../simulator/timing/traffic.ts';
import { patterns } from '../../simulator/timing/patterns.ts';
import type { Fault } from '../../targets/contract/fault.ts';

export async function noc(raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), target = targetOf(reader, reader.text('target')), pattern = reader.word('pattern', 'uniform', patterns);
  const flits = reader.whole('flits', 1, 1, 65_536), measure = reader.whole('cycles', 3000, 1, 1e8), seed = reader.whole('seed', 1, 0, 2 ** 32 - 1),
    loads = reader.texts('load').map((text) => ({ text, load: Number(text) }));
  const faults: Fault[] = [...reader.faults, ...(target.ok ? [] : target.faults),
    ...loads.flatMap(({ text, load }) => (load > 0 && load <= 1 ? [] : [optionWrong('--load', 'numbers above 0 and up to 1, in flits per node and cycle', text)]))];
  if (faults.length || !target.ok) return refuse(faults, json);
  const { mesh, router } = target.value.arch, results = loads.map(({ load }) => runTraffic({ mesh, router, pattern, load, flits, seed, measure }));
  const wrong = results.flatMap((result) => (result.ok ? [] : result.faults));
  if (wrong.length) return refuse(wrong, json);
  const values = results.flatMap((result) => (result.ok ? [result.value] : []));
  if (json) printJson({ schemaVersion: 1, target: target.value.arch.name, mesh: [mesh.width, mesh.height], router, pattern, flits, seed, results: values });
  else {
    const freed = router.waitForTailCredit ? 'a channel is free again when the tail\'s credit is back' : 'a channel is free again behind the tail';
    process.stdout.write(`${target.value.arch.name}, ${mesh.width}x${mesh.height}, ${router.virtualChannels} virtual channels x ${router.bufferFlits} flits, ${router.switching}, `
      + `credit delay ${router.cycles.credit}, ${freed}; ${pattern} traffic, ${flits} flits a packet, seed ${seed}\n\n`);
    process.stdout.write(tableText({ title: 'loads', columns: ['offered', 'accepted', 'mean latency', 'worst', 'routers', 'packets', 'stable'],
      rows: values.map(({ offered, accepted, latency, worst, routers, packets, isStable }) =>
        [offered.toFixed(4), accepted.toFixed(4), latency.toFixed(2), worst, routers.toFixed(3), packets, isStable ? 'yes' : 'NO']) }));
  }
  return exits.ok;
}
