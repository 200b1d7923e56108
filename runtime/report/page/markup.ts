// Markup as strings: escaping, elements, tables and bars. Everything from outside goes through `escape`; attributes always do.

type Attributes = Readonly<Record<string, string | number | undefined>>;

export const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const plain = (value: string | number): string => (typeof value === 'number' ? String(Math.round(value * 1000) / 1000) : escape(value));

/** One element; children are markup already. No `style` attribute: the page's policy forbids it. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly (string | false | undefined)[]): string {
  const written = Object.entries(attributes)
    .flatMap(([key, value]) => (value === undefined ? [] : [` ${key}="${plain(value)}"`]))
    .join('');
  return `<${name}${written}>${children.filter(Boolean).join('')}</${name}>`;
}

/** A picture with a name for those who cannot see it. @param size width and height of its own coordinates */
export const picture = (
  kind: string,
  size: readonly [width: number, height: number],
  label: string,
  ...children: readonly (string | false | undefined)[]
): string => element('svg', { class: kind, viewBox: `0 0 ${size[0]} ${size[1]}`, role: 'img', 'aria-label': label }, ...children);
export const title = (text: string): string => element('title', {}, escape(text));
export const label = (x: number, y: number, text: string, attributes: Attributes = {}): string => element('text', { x, y, ...attributes }, escape(text));

export type Part = Readonly<{ share: number; kind: string; says: string }>;
const barLength = 1000;
/** A bar that stretches with its column; shares of its whole length. */
export function bar(parts: readonly Part[], kind = 'bar'): string {
  let x = 0;
  const boxes = parts.map(({ share, kind: fill, says }) => {
    const width = Math.max(0, share * barLength),
      box = element('rect', { x, width, height: 10, class: fill }, title(says));
    x += width;
    return width > 0 ? box : '';
  });
  return element('svg', { class: kind, viewBox: `0 0 ${barLength} 10`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, ...boxes);
}
export const legend = (entries: readonly Readonly<{ kind: string; name: string; note?: string }>[]): string =>
  element(
    'ul',
    { class: 'legend' },
    ...entries.map(({ kind, name, note }) =>
      element(
        'li',
        {},
        element('svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' }, element('rect', { width: 10, height: 10, rx: 2, class: kind })),
        escape(name),
        note !== undefined && element('b', {}, escape(note)),
      ),
    ),
  );

/** `sort`: what a column is sorted by where its text is not it. */
export type Cell = Readonly<{ markup: string; sort?: number; kind?: string }>;
export const words = (text: string, kind?: string): Cell => ({ markup: escape(text), ...(kind && { kind }) });
export const number = (text: string, sort: number, kind = ''): Cell => ({ markup: escape(text), sort, kind: `n ${kind}`.trim() });
export const shown = (markup: string, sort: number, kind?: string): Cell => ({ markup, sort, ...(kind && { kind }) });

/** A table whose heads sort it. @param heads text; a leading '#' marks a column of numbers */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const head = heads.map((name) =>
    element('th', { scope: 'col', class: name.startsWith('#') ? 'n' : undefined }, element('button', { type: 'button' }, escape(name.replace(/^#/, '')))),
  );
  const body = rows.map((cells) =>
    element('tr', {}, ...cells.map(({ markup, sort, kind }) => element('td', { class: kind || undefined, 'data-sort': sort }, markup))),
  );
  return element(
    'div',
    { class: 'scroll' },
    element(
      'table',
      { class: 'sorts' },
      element('caption', {}, escape(caption)),
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...body),
    ),
  );
}

export const section = (id: string, name: string, finding: string, ...children: readonly (string | false | undefined)[]): string =>
  element('section', { id }, element('h2', {}, escape(name)), element('p', { class: 'finding' }, escape(finding)), ...children);
export const figure = (name: string, note: string, ...children: readonly (string | false | undefined)[]): string =>
  element('figure', {}, element('figcaption', {}, element('b', {}, escape(name)), note !== '' && ` ${escape(note)}`), ...children);

export const heatLevels = 10;
/** Class of a heat level: h0 for nothing, h1..h9 up to `most`. */
export const heat = (value: number, most: number): string =>
  `h${value <= 0 || most <= 0 ? 0 : Math.min(heatLevels - 1, 1 + Math.floor((value / most) * (heatLevels - 1)))}`;
export const heatScale = (low: string, high: string): string =>
  element(
    'div',
    { class: 'scale' },
    element('span', {}, escape(low)),
    element(
      'svg',
      { viewBox: `0 0 ${heatLevels * 10} 8`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      ...Array.from({ length: heatLevels }, (_, i) => element('rect', { x: i * 10, width: 10.2, height: 8, class: `h${i}` })),
    ),
    element('span', {}, escape(high)),
  );
