// The page's script, as text: sorting, choosing what colours the cores, reading a core, zoom, light and dark. Everything is readable without it.

export const script = `
'use strict';
(() => {
  const report = JSON.parse(document.getElementById('report').textContent);
  const all = (selector, within) => [...(within || document).querySelectorAll(selector)];
  const share = (value) => (value * 100).toFixed(value < 0.1 ? 1 : 0) + ' %';

  // Theme: follows the system until the reader chooses.
  const theme = document.getElementById('theme');
  theme.addEventListener('click', () => {
    const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  });
  theme.hidden = false;

  // Tables: a head sorts its column, a second click turns it round. Text in the order written counts as order of the network.
  for (const table of all('table.sorts')) all('th button', table).forEach((button, column) => button.addEventListener('click', () => {
    const head = button.parentElement, down = head.getAttribute('aria-sort') ? head.getAttribute('aria-sort') === 'ascending' : head.classList.contains('n');
    all('th', table).forEach((other) => other.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const key = (row) => { const cell = row.cells[column]; return cell.dataset.sort === undefined ? cell.textContent : Number(cell.dataset.sort); };
    const rows = all('tbody > tr', table).map((row) => ({ row, key: key(row) }));
    rows.sort((a, b) => (typeof a.key === 'number' ? a.key - b.key : a.key.localeCompare(b.key)) * (down ? -1 : 1));
    table.tBodies[0].append(...rows.map(({ row }) => row));
  }));

  // Core map: colour by another share.
  const tiles = all('.tile'), choices = document.querySelector('.choices[data-for=cores]');
  const level = (value, most) => 'h' + (value <= 0 || most <= 0 ? 0 : Math.min(9, 1 + Math.floor(value / most * 9)));
  for (const button of choices ? all('button', choices) : []) button.addEventListener('click', () => {
    all('button', choices).forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
    const values = button.dataset.values.split(' ').map(Number), most = Number(button.dataset.most);
    for (const tile of tiles) { tile.classList.remove(...Array.from({ length: 10 }, (_, i) => 'h' + i)); tile.classList.add(level(values[tile.dataset.core], most)); }
    choices.closest('figure').querySelector('.scale span:last-of-type').textContent = button.dataset.high;
  });

  // Reading a core: what it holds and does, and which others hold a part of the same layers.
  const reading = document.querySelector('.reading'), parts = { weights: 'weight', state: 'state', buffers: 'axon', counters: 'counter', tables: 'table' };
  const node = (name, text) => { const made = document.createElement(name); made.textContent = text; return made; };
  let pinned = false;
  const read = (tile) => {
    const core = report.cores[tile.dataset.core], width = report.target.width, layers = new Set(core.layers);
    for (const other of tiles) {
      other.classList.toggle('kin', report.cores[other.dataset.core].layers.some((layer) => layers.has(layer)));
      other.classList.toggle('picked', other === tile);
    }
    const used = Object.keys(parts).filter((part) => core.footprint[part] > 0), memory = used.map((part) => part + ' ' + share(core.footprint[part] / report.target.memories[parts[part]])).join(', ');
    const time = core.busy === undefined ? '' : '; busy ' + share(core.busy) + ', stalled ' + share(core.stalled) + ', idle ' + share(core.idle) + '; injection queue up to ' + core.injection + ' flits';
    reading.replaceChildren(node('b', 'Core ' + core.core + ' (' + core.core % width + ', ' + Math.floor(core.core / width) + '): '),
      ...core.layers.flatMap((layer, i) => [i ? ', ' : '', node('code', report.model.layers[layer])]),
      '. ' + core.stages + (core.stages === 1 ? ' stage; ' : ' stages; ') + memory + time + '.');
  };
  const clear = () => { for (const tile of tiles) tile.classList.remove('kin', 'picked'); };
  for (const tile of tiles) {
    tile.addEventListener('pointerenter', () => { if (!pinned) read(tile); });
    tile.addEventListener('pointerleave', () => { if (!pinned) clear(); });
    tile.addEventListener('focus', () => read(tile));
    tile.addEventListener('click', () => { pinned = !(pinned && tile.classList.contains('picked')); if (pinned) read(tile); else clear(); });
  }

  // Zoom: buttons, double click, ctrl + wheel; drag when near.
  for (const frame of all('.zoomable')) {
    const svg = frame.querySelector('svg'), whole = svg.viewBox.baseVal, [, , fullWidth, fullHeight] = [whole.x, whole.y, whole.width, whole.height];
    let view = { x: 0, y: 0, width: fullWidth, height: fullHeight };
    const show = (next) => {
      const width = Math.min(fullWidth, Math.max(fullWidth / 40, next.width)), height = width * fullHeight / fullWidth;
      view = { x: Math.min(fullWidth - width, Math.max(0, next.x)), y: Math.min(fullHeight - height, Math.max(0, next.y)), width, height };
      svg.setAttribute('viewBox', [view.x, view.y, view.width, view.height].map((n) => n.toFixed(2)).join(' '));
    };
    const zoom = (factor, fx = 0.5, fy = 0.5) => {
      const width = Math.min(fullWidth, view.width * factor), height = width * fullHeight / fullWidth;
      show({ x: view.x + (view.width - width) * fx, y: view.y + (view.height - height) * fy, width });
    };
    const at = (event) => { const box = svg.getBoundingClientRect(); return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]; };
    const bar = document.createElement('div');
    bar.className = 'zoom';
    for (const [sign, name, act] of [['+', 'nearer', () => zoom(0.6)], ['−', 'farther', () => zoom(1 / 0.6)], ['⤢', 'whole', () => show({ x: 0, y: 0, width: fullWidth })]]) {
      const button = node('button', sign);
      button.type = 'button'; button.title = name; button.setAttribute('aria-label', name);
      button.addEventListener('click', act);
      bar.append(button);
    }
    frame.parentElement.querySelector('.scale').append(bar);
    svg.addEventListener('dblclick', (event) => zoom(0.5, ...at(event)));
    svg.addEventListener('wheel', (event) => { if (event.ctrlKey || event.metaKey) { event.preventDefault(); zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, ...at(event)); } }, { passive: false });
    svg.addEventListener('pointerdown', (event) => {
      if (view.width >= fullWidth || event.button !== 0) return;
      const start = at(event), from = view, move = (later) => {
        const now = at(later);
        frame.classList.add('held');
        show({ x: from.x - (now[0] - start[0]) * from.width, y: from.y - (now[1] - start[1]) * from.height, width: from.width });
      };
      const end = () => { removeEventListener('pointermove', move); removeEventListener('pointerup', end); frame.classList.remove('held'); };
      addEventListener('pointermove', move); addEventListener('pointerup', end);
    });
  }
})();
`;
