// Which transport a spike residual takes when the user leaves it to us: the one that moves fewest flits over links.
import type { Arch } from '../targets/contract/arch.ts';
import type { Program } from '../targets/contract/program.ts';
import { headerFlits, messageSize } from '../targets/contract/work.ts';
import { messageBits } from './map/estimate.ts';

/** Expected flit-links of one sample: flits of every message times the links of its copies, at the assumed firing rate (map/estimate.ts). */
export function expectedFlitLinks(program: Program, arch: Arch): number {
  const header = headerFlits(program, arch);
  return program.routes.reduce((sum, { from, output, contexts, copies }) => {
    const producer = program.stages[from], once = (producer.kind === 'synapse' && producer.evaluate === 'sample') || (producer.kind === 'source' && producer.coding === 'direct');
    const links = copies.reduce((n, copy) => n + copy.length, 0);
    return sum + (once ? 1 : program.steps) * (contexts.to - contexts.from) * messageSize(messageBits(producer, output, program), header, arch).flits * links;
  }, 0);
}
