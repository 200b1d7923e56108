// The tutorial of a network of one's own, command by command, and networks in text form wherever a command takes a model.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { at, documentOf, refused, smallModel, synfire, write } from './synfire.ts';

const root = join(import.meta.dirname, '../..'), tutorial = readFileSync(join(root, 'examples/own-network/README.md'), 'utf8'), text = readFileSync(join(root, 'examples/own-network/boolean-attention.syn'), 'utf8');
/** The commands of a page, one list of words each; `> file` is the last two words. */
const commands = [...tutorial.matchAll(/^ {4}npm run (?:-s )?synfire -- (.*)$/gm)].map(([, line]) => line.split(' '));
const [printed, run, compile] = commands, [before, after] = [...tutorial.matchAll(/```\n([^`]*)```/g)].map(([, lines]) => lines);

describe('the tutorial', () => {
  // Commands run in a folder of the test: the examples are laid there as in a clone.
  for (const file of ['fashion/model.pth', 'fashion/arch.json', 'fashion/images.idx.gz', 'fashion/labels.idx.gz', 'own-network/boolean-attention.syn']) {
    mkdirSync(dirname(at(`examples/${file}`)), { recursive: true });
    copyFileSync(join(root, 'examples', file), at(`examples/${file}`));
  }

  it('has the three commands that it explains', () => expect(commands.map(([command]) => command)).toEqual(['inspect', 'run', 'compile']));

  it('prints a text, and with the lines it shows replaced by the others that text is the example', () => {
    const { code, stdout } = synfire(printed.slice(0, printed.indexOf('>')));
    expect([code, stdout.split(before).length]).toEqual([0, 2]);
    expect(stdout.replace(before, after).replace(/^graph "[^"]*"/, 'graph "spikformer with boolean attention"')).toBe(text);
  });

  it('runs it from text to report, and the chip differs in no spike', () => {
    const shorter = run.map((word, i) => (run[i - 1] === '--samples' ? '40' : word)), report = documentOf(synfire([...shorter, '--timing-samples', '1', '--reference', 'none', '--json']));
    expect(report).toMatchObject({ verification: { samples: 20, differences: 0 }, samples: { function: 40 } });
    expect(JSON.stringify(report)).toContain('spikformer with boolean attention');
  });

  it('compiles it to a layout', () => {
    expect([synfire(compile).code, existsSync(at('boolean.synfire'))]).toEqual([0, true]);
  });
});

describe('a network in text form', () => {
  const { model, arch, data } = smallModel(), net = write('net.txt', synfire(['inspect', model, '--arch', arch, '--text']).stdout);
  const digest = (...args: readonly string[]): unknown => documentOf(synfire(['run', ...args, '--data', data, '--reference', 'none', '--timing-samples', '0', '--json'])).digest;

  it('is told by its bytes, and gives what its checkpoint gives with a descriptor', () => {
    expect(digest(net, '--weights', model)).toBe(digest(model, '--arch', arch));
    expect(digest(write('commented.pth', `# mine\n\n   # and more\n${readFileSync(net, 'utf8')}`), '--weights', model)).toBe(digest(model, '--arch', arch));
  });

  it('is shown by inspect: as a table, and as the text it is', () => {
    expect(synfire(['inspect', net, '--weights', model]).stdout).toMatch(/^model +\S+\nfamily +text form\n[^]*ssa/);
    expect(synfire(['inspect', net, '--weights', model, '--text']).stdout).toBe(readFileSync(net, 'utf8'));
  });

  it('without its checkpoint, with a descriptor, or where a layout is wanted is refused by option or file', () => {
    expect(refused(['run', net, '--data', data], 2, 'C5034')[0].at).toMatchObject({ in: 'text', file: net });
    expect(refused(['run', net, '--arch', arch, '--data', data], 2, 'R0119')[0].at).toEqual({ in: 'option', option: '--arch' });
    refused(['compile', `${net}.gone`, '--weights', model], 2, 'C1001');
    refused(['compile', `${model}.gone`], 2, 'C1001', 'R0002');
    expect(refused(['compile', model, '--arch', arch, '--weights', model], 2, 'R0119')[0].at).toEqual({ in: 'option', option: '--weights' });
    refused(['simulate', net, '--data', data], 2, 'R0120');
    refused(['run', net, '--weights', at('nowhere.pth'), '--data', data], 2, 'C1001');
    refused(['compile', net, '--weights', model, '-o', model], 2, 'R0005');
    refused(['compile', model], 2, 'R0002');
  });

  it('with mistakes has all of them told at their lines; one that claims much is refused in little memory', () => {
    const lines = readFileSync(net, 'utf8').replace('conv2d("patch_embed.proj_conv.weight")', 'linear("patch_embed.proj_conv.weight")').replace('batchnorm("patch_embed.proj_bn")', 'batchnorm("patch_embed.proj_nb")').replace(' ssa(', ' sas(');
    const faults = refused(['run', write('wrong.syn', lines), '--weights', model, '--data', data], 2, 'C5011', 'C5035', 'C5038');
    expect(faults.map(({ code, at: place, hint }) => [code, place?.in === 'text' && lines.split('\n')[place.line - 1].includes({ C5011: 'sas(', C5035: 'proj_nb', C5038: 'linear("patch_embed.proj_conv.weight' }[code]!), hint !== undefined])).toEqual(
      expect.arrayContaining(['C5011', 'C5035', 'C5038'].map((code) => [code, true, true])));
    const head = 'graph "g" steps 4 {\n  x = source() {coding = frames, grid = 8x8, channels = 1, domain = real};\n';
    refused(['run', write('huge.syn', `${head}  y = conv(x) {window = 1x1, stride = 1x1, padding = 0x0} weight = [1, 100000000] fill 1;\n  z = readout(y) {scale = 1};\n  output "o" = z;\n}`), '--data', data], 2, 'C5024');
    refused(['run', write('nothing.syn', `${head}}`), '--data', data], 2, 'C5041');
    refused(['run', write('far.syn', `${head}  y = conv(x) {window = 1x1, stride = 1x1, padding = 0x0} weight = [1, 2] fill 1e300;\n  z = readout(y) {scale = 1};\n  output "o" = z;\n}`), '--data', data], 2, 'C5041');
  });
});
