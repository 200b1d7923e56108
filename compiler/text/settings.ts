// What no node of a network says: names of its results, and what makes spikes of images before it.
import type { IToken } from 'chevrotain';
import type { Fault } from '../../targets/contract/fault.ts';
import { nearest } from '../../targets/contract/nearest.ts';
import type { Graph } from '../ir/types.ts';
import { givenTwice, settingUnknown, settingWrong } from './faults.ts';
import { described } from './grammar.ts';
import type { SettingText } from './grammar.ts';
import { limits } from './limits.ts';
import { textOf } from './reading.ts';
import type { Source } from './source.ts';
import { Text } from './tokens.ts';

/** classes: names of the results, or their numbers. encode: what the runtime makes spikes of images with. */
export type Settings = Readonly<{ classes: readonly string[]; encode: 'poisson' | undefined }>;
const names = ['classes', 'encode'] as const, encoders = ['poisson'] as const;

/** Reads all settings against the graph they belong to. */
export function readSettings(settings: readonly SettingText[], graph: Graph, source: Source, report: (fault: Fault) => void): Settings {
  const found = new Map<(typeof names)[number], readonly string[]>(), results = graph.outputs.length === 1 ? graph.nodes[graph.outputs[0].value].type.channels : 0;
  for (const { name: token, values } of settings) {
    const name = names.find((known) => known === token.image), at = token.startOffset;
    if (name === undefined) report(settingUnknown(source, at, token.image, nearest(token.image, names), names));
    else if (found.has(name)) report(givenTwice(source, at, 'setting', name));
    else if (name === 'classes') found.set(name, classesOf(values, results, source, report));
    else {
      const [word] = values, encoder = encoders.find((known) => known === word.image);
      if (encoder === undefined) report(settingWrong(source, word.startOffset, name, encoders.join(' or '), described(word)));
      found.set(name, encoder === undefined ? [] : [encoder]);
    }
  }
  return { classes: found.get('classes') ?? Array.from({ length: results }, (_, i) => String(i)), encode: found.get('encode')?.length ? encoders[0] : undefined };
}

function classesOf(values: readonly IToken[], results: number, source: Source, report: (fault: Fault) => void): readonly string[] {
  const stray = values.find(({ tokenType }) => tokenType !== Text), at = (stray ?? values[0]).startOffset;
  if (stray) report(settingWrong(source, at, 'classes', 'names in double quotes', described(stray)));
  else if (values.length > limits.classes || (results > 0 && values.length !== results)) report(settingWrong(source, at, 'classes', `${results} names, one per result`, `${values.length}`));
  return stray ? [] : values.flatMap((value) => { const text = textOf(value, { source, report }); return text === undefined ? [] : [text.slice(0, 256)]; });
}
