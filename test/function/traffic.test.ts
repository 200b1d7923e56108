// What the function half counts of messages, whatever the data.
import { expect, it } from 'vitest';
import { countDeliveries } from '../../simulator/function/traffic.ts';
import { emptyLedger, ledgerIndex } from '../../targets/contract/ledger.ts';
import { conv, graphOf, head, input, lif, mapGraph } from '../map/map-graph.ts';
import { shipped } from '../property/chip-under-test.ts';

it('writes every channel that a stage reads once, however many of its inputs read it', () => {
  const target = shipped('mesh45'), { technology: _, ...chip } = target.arch, word = chip.memories.axon.wordBits;
  const slice = (name: string, from: number) => `${name} = slice(a) {from = ${from}, count = ${word}};`;
  const written = (first: string, second: string): number => {
    const { program } = mapGraph(graphOf(input('image', '1x1', 2), conv('ca', 'image', 2, 2 * word), lif('a', 'ca'), slice('low', 0), slice('high', word),
      `both = and(${first}, ${second});`, head('both', word)), target), ledger = emptyLedger(program.steps, program.stages.length);
    countDeliveries(program, chip, ledger);
    const readers = program.stages.filter(({ kind }) => kind === 'pool');
    return readers.reduce((words, { id }) => words + ledger.counts[ledgerIndex(ledger, 0, id, 'axonWrite')], 0);
  };
  expect([written('low', 'low'), written('low', 'high')]).toEqual([1, 2]);
});
