// What no node of a network says: names of its results, and what makes spikes of images before it.
import type { IToken } from 'chevrotain';
import type { Fault } from '../../targets/contract/fault.ts';
import { nearest } from '../../targets/contract/nearest.ts';
import { is } from '../ir/define-op.ts';
import type { Graph } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { source as sourceOp } from '../ops/index.ts';
import { givenTwice, settingUnknown, settingWrong } from './faults.ts';
import { described } from './grammar.ts';
import type { SettingText } from './grammar.ts';
import { limits } from './limits.ts';
import { textOf } from './reading.ts';
import type { Source } from './source.ts';
import { Text } from './tokens.ts';

/** classes: names of the results of the first output, or their numbers. encode: what the runtime makes spikes of its data with. */
export type Settings<E extends string> = Readonly<{ classes: readonly string[]; encode: E | undefined }>;
const names = ['classes', 'encode'] as const;

/** Reads all settings against the graph they belong to. @param encoders what the runtime can make spikes with */
export function readSettings<E extends string>(settings: readonly SettingText[], graph: Graph, encoders: readonly E[], source: Source, report: (fault: Fault) => void): Settings<E> {
  const seen = new Set<string>(), type = graph.outputs.length > 0 ? graph.nodes[graph.outputs[0].value].type : undefined, results = type?.channels ?? 0, coding = graph.nodes.find((node) => is(node, sourceOp))?.attrs.coding;
  // One vector per sample answers; results that keep steps or positions have no names unless they are given.
  let classes: readonly string[] = type?.time === 'once' && positionsOf(type) === 1 ? Array.from({ length: results }, (_, i) => String(i)) : [], encode: E | undefined;
  for (const { name: token, values } of settings) {
    const name = names.find((known) => known === token.image), at = token.startOffset;
    if (name === undefined) report(settingUnknown(source, at, token.image, nearest(token.image, names), names));
    else if (seen.has(name)) report(givenTwice(source, at, 'setting', name));
    else if (name === 'classes') classes = classesOf(values, results, source, report);
    else {
      const [word] = values;
      encode = encoders.find((known) => known === word.image);
      if (encode === undefined) report(settingWrong(source, word.startOffset, name, encoders.join(' or '), described(word)));
      else if (coding !== 'spikes') report(settingWrong(source, word.startOffset, name, 'a source with coding = spikes', `coding = ${coding}`));
    }
    seen.add(token.image);
  }
  return { classes, encode };
}

function classesOf(values: readonly IToken[], results: number, source: Source, report: (fault: Fault) => void): readonly string[] {
  const stray = values.find(({ tokenType }) => tokenType !== Text), at = (stray ?? values[0]).startOffset;
  const odd = values.find(({ image }) => /\\u00[01]|\\[bfnrt]|\p{Cc}/u.test(image));
  if (odd) report(settingWrong(source, odd.startOffset, 'classes', 'names without control characters', described(odd)));
  if (stray) report(settingWrong(source, at, 'classes', 'names in double quotes', described(stray)));
  else if (values.length > limits.classes || (results > 0 && values.length !== results)) report(settingWrong(source, at, 'classes', `${results} names, one per result`, `${values.length}`));
  return stray ? [] : values.flatMap((value) => { const text = textOf(value, { source, report }); return text === undefined ? [] : [text.slice(0, 256)]; });
}
