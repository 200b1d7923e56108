// The style sheet: one palette for light and dark, warm colours compute, blue ones remember, green ones carry.

import { causes } from '../../energy/dialect.ts';
import { heatLevels } from './markup.ts';

const heatRules = 'rect.h#, .h# > .face, .cellbox.h#:not(.right) rect { fill: var(--h#) } .link.h# { stroke: var(--h#) } td.cell.h# { background: var(--h#) }';

export const style = `
:root { color-scheme: light dark; --paper: light-dark(#faf7f2, #141210); --card: light-dark(#fffdfa, #1c1917); --ink: light-dark(#211c18, #efe8df);
  --soft: light-dark(#6c635a, #a89e92); --line: light-dark(#e6ddd0, #353029); --accent: light-dark(#c23d1b, #ff8155); --cold: light-dark(#2c5f8a, #7db4dd);
  --doubt: light-dark(#8a5a00, #f0b84a); --h0: light-dark(#f1ebe1, #24201c); --h1: light-dark(#fbe7ca, #3a231a); --h2: light-dark(#fbd59e, #55291a);
  --h3: light-dark(#f9bf72, #76311a); --h4: light-dark(#f5a44e, #9a3c1b); --h5: light-dark(#ec8336, #bf4e1e); --h6: light-dark(#dd6128, #e06b29);
  --h7: light-dark(#c24221, #f3923f); --h8: light-dark(#9c2b1f, #fbbd6b); --h9: light-dark(#6c191b, #ffe6b0); --pixels: light-dark(#8b5a9e, #b488c6);
  --synapses: light-dark(#c5401f, #ee6a43); --attention: light-dark(#e48431, #f29a4d); --soma: light-dark(#f0b94c, #f5c868); --pools: light-dark(#a8923a, #c2ad56);
  --weights: light-dark(#28527a, #4d84b8); --state: light-dark(#4a87b3, #7cb1d8); --buffers: light-dark(#93c0d9, #b3d6e8); --routers: light-dark(#3a7456, #56a17b);
  --links: light-dark(#87b48d, #9fcaa3); --control: light-dark(#9a938c, #8b847d);
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", "URW Palladio L", Georgia, serif;
  --sans: ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace }
:root[data-theme=light] { color-scheme: light } :root[data-theme=dark] { color-scheme: dark }
* { box-sizing: border-box } html { scroll-behavior: smooth; scroll-padding-top: 4rem; -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 var(--sans); font-variant-numeric: tabular-nums }
main, header, nav > div { max-width: 1200px; margin: 0 auto; padding: 0 clamp(16px, 3vw, 40px) }
header { padding-top: 44px } .brand { margin: 0; font: 600 13px/1 var(--sans); letter-spacing: .14em; text-transform: uppercase; color: var(--accent) }
.brand span { color: var(--soft); font-weight: 400; margin-left: .6em }
h1 { font: 400 clamp(30px, 4.6vw, 54px)/1.08 var(--serif); letter-spacing: -.015em; margin: 14px 0 12px; overflow-wrap: anywhere }
h1 em { font: 600 13px/1 var(--sans); letter-spacing: 0; color: var(--paper); background: var(--accent); border-radius: 99px; padding: 6px 12px; margin-left: 16px;
  vertical-align: middle; white-space: nowrap }
.facts { margin: 0 0 28px; color: var(--soft); display: flex; flex-wrap: wrap; gap: 2px 0 }
.facts span:not(:last-child)::after { content: "·"; margin: 0 .6em; color: var(--line) }
nav { position: sticky; top: 0; z-index: 2; background: color-mix(in srgb, var(--paper) 88%, transparent); backdrop-filter: blur(10px); border-block: 1px solid var(--line) }
nav > div { display: flex; gap: 22px; align-items: center; overflow-x: auto; height: 46px }
nav a { color: var(--soft); text-decoration: none; white-space: nowrap; font-size: 14px } nav a:hover { color: var(--accent) } nav button { margin-left: auto }
h2 { font: 400 30px/1.2 var(--serif); letter-spacing: -.01em; margin: 0 } section { margin: 68px 0 0 }
.finding { font: 18px/1.5 var(--serif); color: var(--soft); max-width: 46em; margin: 8px 0 22px; text-wrap: pretty }
button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 99px; padding: 3px 12px; cursor: pointer; white-space: nowrap }
button:hover { border-color: var(--accent) } button[aria-pressed=true] { background: var(--ink); color: var(--paper); border-color: var(--ink) }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.cards { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1px; margin: 28px 0 0; background: var(--line); border: 1px solid var(--line); border-radius: 14px;
  overflow: hidden }
.card { background: var(--card); padding: 18px 20px 16px } .card dt { color: var(--soft); font-size: 13px } .card dd { margin: 4px 0 0 }
.card strong { display: block; font: 400 36px/1.15 var(--serif); letter-spacing: -.02em; font-variant-numeric: lining-nums tabular-nums; margin-bottom: 6px }
.card strong span { font-size: .55em; margin-left: .25em; letter-spacing: 0; color: var(--soft) }
.card small { display: block; color: var(--soft); font-size: 13px; line-height: 1.45 }
.faults { margin: 24px 0 0; border-left: 3px solid var(--doubt); padding: 4px 0 4px 18px }
.faults h2 { font: 600 13px/1.6 var(--sans); letter-spacing: 0; color: var(--doubt) } .faults ul { margin: 4px 0 0; padding: 0; list-style: none }
.faults li { margin: 6px 0; max-width: 92ch; text-wrap: pretty } .faults small { display: block; color: var(--soft) } .faults.wrong { border-color: var(--accent) }
.faults.wrong h2, code.error { color: var(--accent) }
code, .code { font: 13px/1.5 var(--mono) } dd.code { overflow-wrap: anywhere } .small, small { font-size: 13px; color: var(--soft) } .doubt { color: var(--doubt) }
figure { margin: 0 0 30px; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 18px 20px 20px; min-width: 0 }
figcaption { color: var(--soft); font-size: 13.5px; margin-bottom: 14px; text-wrap: pretty }
figcaption b { color: var(--ink); font-weight: 600; font-size: 15px; margin-right: .4em }
.pair { display: grid; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); gap: 24px } .pair figure { margin-bottom: 24px }
svg { display: block } .chart, .map { width: 100%; height: auto } .columns { width: 100%; height: 220px } .bar { width: 100%; height: 11px; border-radius: 2px }
.bar.tall { height: 34px; border-radius: 6px } text { fill: var(--ink); font-family: var(--sans) }
text.note { font-size: 13px; fill: var(--soft); paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round }
.strong { fill: var(--ink) !important; font-weight: 600 }
.stack { margin: 0 0 10px } .stack:not(:first-of-type) { margin-top: 26px } .stack p { margin: 0 0 7px } .stack small { margin-left: 1em }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 10px 0 0; padding: 0; font-size: 13.5px; color: var(--soft) }
.legend li { display: flex; align-items: center; gap: 7px } .legend svg { width: 11px; height: 11px } .legend b { color: var(--ink); font-weight: 500 }
.scale { display: flex; align-items: center; gap: 10px; margin-top: 12px; font-size: 13px; color: var(--soft) }
.scale svg { width: 160px; height: 8px; border-radius: 4px }
.choices { display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 14px; font-size: 13px }
.reading { margin: 12px 0 0; min-height: 4.6em; color: var(--soft); font-size: 13.5px } .reading b { color: var(--ink) }
.reading code { color: var(--ink); font-size: 12.5px }
.zoomable { position: relative; overflow: hidden; border-radius: 8px; touch-action: pan-y } .zoomable.held { cursor: grabbing }
.zoom { margin-left: auto; display: flex; gap: 4px } .zoom button { width: 28px; height: 26px; padding: 0; border-radius: 8px; line-height: 1 }
.empty { fill: none; stroke: var(--line); stroke-width: 1.5; stroke-dasharray: 4 4 } .tile .face { stroke: var(--line); stroke-width: 1 }
.tile { cursor: pointer; outline: none } .tile .face { vector-effect: non-scaling-stroke } .tile.kin .face { stroke: var(--cold); stroke-width: 2.5 }
.tile.picked .face, .tile:focus-visible .face { stroke: var(--ink); stroke-width: 2.5 } .where { font-size: 15px; font-weight: 600 } .what { font-size: 10.5px }
.gauge { fill: currentColor; opacity: .8 } .track { fill: currentColor; opacity: .14 }
.tile text { fill: currentColor } .tile { color: var(--ink) } .tile.h6, .tile.h7, .tile.h8, .tile.h9 { color: light-dark(#fff8ef, #1a1512) }
.tile.h4, .tile.h5 { color: light-dark(#211c18, #fff2e4) }
.router { fill: var(--soft); opacity: .5 } .router.spare { opacity: .16 } .link { fill: none; stroke-linecap: butt }
.axis { stroke: var(--soft); stroke-width: 1 } .grid { stroke: var(--line); stroke-width: 1 } .mark { stroke: var(--ink); stroke-width: 1.5 }
.mark.hot { stroke: var(--accent); stroke-width: 3 } .band { fill: var(--soma); opacity: .2 } .layer-dot { fill: var(--accent); opacity: .5 }
.whisker line { stroke: var(--soft); stroke-width: 2 } .whisker circle { fill: var(--soft) } .hot line { stroke: var(--accent) } .hot circle { fill: var(--accent) }
.cold line { stroke: var(--cold) } .cold circle { fill: var(--cold) }
.cellbox text { fill: var(--ink) !important; font-size: 12px; stroke: none !important }
.cellbox.h6 text, .cellbox.h7 text, .cellbox.h8 text, .cellbox.h9 text { fill: light-dark(#fff8ef, #1a1512) !important }
.cellbox.right rect { fill: var(--state); opacity: .55 } .cellbox.right text { fill: var(--ink) !important }
.a-busy { fill: var(--synapses) } .a-stalled { fill: var(--soma) } .a-idle { fill: var(--h0) } .s0 { fill: var(--weights) } .s1 { fill: var(--buffers) }
.l0 { fill: light-dark(#4b4640, #b9afa3) } .l1 { fill: light-dark(#6d665e, #978d82) } .l2 { fill: light-dark(#8f877d, #786f66) }
.l3 { fill: light-dark(#aca399, #5d564f) } .l4 { fill: light-dark(#c5bdb2, #474039) } .l5 { fill: light-dark(#7c8c84, #87998f) }
${Object.keys(causes)
  .map((cause) => `.c-${cause} { fill: var(--${cause}) }`)
  .join(' ')}
${Array.from({ length: heatLevels }, (_, i) => heatRules.replaceAll('#', String(i))).join(' ')}
td.cell.h6, td.cell.h7, td.cell.h8, td.cell.h9 { color: light-dark(#fff8ef, #1a1512) } td.cell { border-color: var(--card) }
.scroll { overflow-x: auto; margin: 0 -4px; padding: 0 4px } section > .scroll { margin: 0 0 30px } table { border-collapse: collapse; width: 100%; font-size: 13.5px }
caption { text-align: left; font-weight: 600; font-size: 15px; padding: 0 0 6px } caption:empty { display: none }
th, td { text-align: left; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); vertical-align: baseline } td.small { font-size: 13px; color: var(--soft) }
th { position: static; font-weight: 500; color: var(--soft); font-size: 12.5px } th button { border: 0; padding: 0; border-radius: 3px }
th button:hover { color: var(--accent) } th[aria-sort=ascending] button::after { content: " ↑" } th[aria-sort=descending] button::after { content: " ↓" }
.n { text-align: right; white-space: nowrap } td.cell { padding-right: 8px; padding-left: 8px } td.code { white-space: nowrap; font-size: 12.5px }
td.wide { width: 38%; min-width: 160px; vertical-align: middle; padding-right: 0 }
tbody tr:hover td:not(.cell) { background: color-mix(in srgb, var(--soma) 12%, transparent) }
details { margin: 0 0 20px } summary { cursor: pointer; color: var(--soft); padding: 6px 0 } summary:hover { color: var(--accent) } figure details { margin: 14px 0 0 }
ul.plain { padding-left: 1.1em; font-size: 13.5px }
.facts-list { display: grid; grid-template-columns: max-content 1fr; gap: 5px 24px; margin: 0 0 28px; font-size: 14px } .facts-list dt { color: var(--soft) }
.facts-list dd { margin: 0; min-width: 0 }
footer { max-width: 1200px; margin: 60px auto 0; padding: 22px clamp(16px, 3vw, 40px) 60px; color: var(--soft); font-size: 13px; border-top: 1px solid var(--line) }
@media (max-width: 900px) { .cards { grid-template-columns: repeat(2, 1fr) } }
@media (max-width: 520px) { .card strong { font-size: 27px } .facts-list { grid-template-columns: 1fr; gap: 0 } .facts-list dd { margin-bottom: 8px } section { margin-top: 48px } }
@media print { nav, .choices, .zoom, .reading { display: none } section { break-inside: avoid-page } body { font-size: 11pt } }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto } }
`;
