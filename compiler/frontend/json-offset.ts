// Where a text stops being JSON: the engine does not always say (RFC 8259 grammar, no recursion).

const blank = /[ \t\n\r]*/y, literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y, escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Offset of the first character that cannot stand where it does; the length of the text if it ends too early or nothing is wrong. */
export function jsonErrorOffset(text: string): number {
  const match = (pattern: RegExp, at: number): number => { pattern.lastIndex = at; return pattern.test(text) ? pattern.lastIndex : at; };
  const open: string[] = [];
  let at = match(blank, 0), wants: 'value' | 'first' | 'key' | 'colon' | 'next' = 'value';
  while (at < text.length) {
    const character = text[at], inObject = open.at(-1) === '{';
    if (wants === 'next') {
      if (open.length === 0) return at;
      if (character === ',') { wants = inObject ? 'key' : 'value'; at++; }
      else if (character === (inObject ? '}' : ']')) { open.pop(); at++; }
      else return at;
    } else if (wants === 'colon') {
      if (character !== ':') return at;
      wants = 'value';
      at++;
    } else if (wants === 'first' && character === (inObject ? '}' : ']')) {
      open.pop();
      wants = 'next';
      at++;
    } else if (character === '"') {
      const end = stringEnd(text, at, match);
      if (end.wrong) return end.at;
      at = end.at;
      wants = inObject && wants !== 'value' ? 'colon' : 'next';
    } else if (wants === 'key' || (wants === 'first' && inObject)) return at;
    else if (character === '{' || character === '[') { open.push(character); wants = 'first'; at++; }
    else {
      const end = match(literal, at);
      if (end === at) return at;
      at = end;
      wants = 'next';
    }
    at = match(blank, at);
  }
  return text.length;
}

/** Just behind the closing quote, or the character that may not stand in a string. */
function stringEnd(text: string, from: number, match: (pattern: RegExp, at: number) => number): { at: number; wrong: boolean } {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') {
    if (text[at] < ' ') return { at, wrong: true };
    if (text[at] !== '\\') { at++; continue; }
    const end = match(escape, at);
    if (end === at) return { at, wrong: true };
    at = end;
  }
  return at < text.length ? { at: at + 1, wrong: false } : { at, wrong: true };
}
