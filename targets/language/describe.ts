// Help text of the chip language, made of the table of keys that reader and printer use.
import type { Key } from './keys.ts';
import { keys, paths, sectionOf, sections, unitsOf, wordOf } from './keys.ts';
import { dimensions } from './quantities.ts';

/** What a key holds, in words: "4 to 9 bits", "one of `vct`, `wormhole`". */
export function describeValue(key: Key): string {
  switch (key.holds) {
    case 'quantity': {
      const show = dimensions[key.dimension].show, others = unitsOf(key).slice(1);
      return `${show(key.range[0])} to ${show(key.range[1])}${others.length > 0 ? ` (also ${others.join(', ')})` : ''}`;
    }
    case 'flag': return '`yes` or `no`';
    case 'word': return `one of ${key.words.map((word) => `\`${word}\``).join(', ')}`;
    case 'words': return `a list of ${key.words.map((word) => `\`${word}\``).join(', ')}, or \`none\``;
    case 'cores': return 'a list of tiles, or `none`';
    case 'links': return 'a list of pairs of tiles, or `none`';
  }
}

/**
 * Help text of the chip language: every section and key with unit, range, whether a source is required, and meaning; made of the table that the reader uses.
 */
export function describeKeys(): string {
  const width = Math.max(...paths.map((path) => wordOf(keys[path].at).length));
  const line = (key: Key): string => `  ${wordOf(key.at).padEnd(width)}  ${key.doc}: ${describeValue(key)}${key.source === 'must' ? '; source required' : ''}\n`;
  return `chip NAME [from BASE] { SECTION { KEY = VALUE [, source "..."] ... } ... }\n`
    + 'A source is one of: measured, synthesised, copied, ours "..."; a bare source "..." counts as copied. Comments start with #.\n'
    + sections.map((name) => `\n${name}\n${paths.filter((path) => sectionOf(keys[path].at) === name).map((path) => line(keys[path])).join('')}`).join('');
}
