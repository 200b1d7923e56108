#!/usr/bin/env node
// The command `synfire`: words and options; what a command does is loaded when it is called, so that --help stays fast.
import { Command, CommanderError, Option } from 'commander';
import { createRequire } from 'node:module';
import { confess, run } from './console/execute.ts';
import { commandLineWrong } from './console/faults.ts';
import { refuse } from './console/outcome.ts';
import { schemas } from './schemas.ts';
import { mechanisms } from '../compiler/passes/rounding.ts';

const { version } = createRequire(import.meta.url)('synfire/package.json') as { version: string };
const json = process.argv.includes('--json');
const execute = (command: () => Promise<number>): Promise<void> => run(command, json);

const program = new Command('synfire').version(version)
  .description('Compile spiking networks to neuromorphic core layouts, simulate them cycle by cycle, and report energy and accuracy.')
  // Before the commands are made, which inherit it: what is wrong with a command line becomes a fault like any other.
  .exitOverride().configureOutput({ outputError: () => undefined })
  .addHelpText('after', `
Exit codes: 0 ok, 1 internal error or IO, 2 usage or bad input, 3 does not compile or fit, 4 a conformance or accuracy gate failed, 5 it compiles but does not fit (check), 130 interrupted.
Results go to stdout, everything else to stderr; with --json, stdout is one JSON document with schemaVersion, faults included. NO_COLOR and FORCE_COLOR are respected.

Start here (in a clone): npm start
  synfire run examples/fashion/model.pth --arch examples/fashion/arch.json --data examples/fashion/images.idx.gz --labels examples/fashion/labels.idx.gz`);

const jsonOption = (what: string): Option => new Option('--json', `${what} as JSON on stdout`);
const quantiser = (command: Command): Command => command
  .addOption(new Option('--arch <file>', 'architecture descriptor, arch.json (required for a checkpoint)'))
  .addOption(new Option('--weights <file>', 'checkpoint that the keys of a network in text form mean'))
  .addOption(new Option('--target <chip>', 'a shipped chip (synfire targets) or a .chip file').default('mesh45'))
  .addOption(new Option('--scale <rule>', 'weight scale where no lossless one exists: max | pow2 | mse').default('max'))
  .addOption(new Option('--bits <n>', 'bits of a weight, 2 to 8').default('8'));
const compiler = (command: Command): Command => quantiser(command)
  .addOption(new Option('--mesh <WxH>', 'another mesh size, such as 32x32'))
  .addOption(new Option('--residual <transport>', 'how a residual of spikes travels: auto | unary | payload | planes').default('auto'))
  .addOption(new Option('--eliminate <what>', 'neurons taken out, no result changes: dead (without inputs, or read by nothing) | ranges (also those proved never or always to fire) | recorded (every spike stays known) | none').default('dead'))
  .addOption(new Option('--attention <order>', 'which product of an attention without softmax comes first: auto (the cheaper) | kv | qk | published').default('auto'))
  .addOption(new Option('--seed <n>', 'seed of the placement').default('1'))
  .addOption(new Option('--plasticity <how>', 'local matrices that learn on the chip, where a family has them: off | sample (each begins at 0) | sequence (samples in order hand them on); default: as the descriptor says, which is off'));
const emitOption = (): Option => new Option('--emit <pass>', 'print the graph after a pass (or "import") as text and stop');

const samples = (command: Command): Command => command
  .addOption(new Option('--data <file>', 'images, event frames, token ids or currents, as the network reads: idx or npy (required)'))
  .addOption(new Option('--labels <file>', 'labels: idx, npy, or one per line'))
  .addOption(new Option('--samples <n>', 'how many samples (default: all)'))
  .addOption(new Option('--encode-seed <n>', 'seed of the Poisson encoder').default('1'))
  .addOption(new Option('--workers <n>', 'worker threads (default: as many as cores)'));
const simulator = (command: Command): Command => samples(command)
  .addOption(new Option('--encode <how>', 'poisson: the data are images; a pixel k is a spike where k/255 > u, u drawn anew at every step; tokens: the data are ids, one per step (a descriptor says so itself)'))
  .addOption(new Option('--timing <fidelity>', 'cycle (flit-level) or analytic (a lower bound)').default('cycle'))
  .addOption(new Option('--timing-samples <n>', 'samples that are timed').default('20'))
  .addOption(new Option('--record <file>', 'write every spike of the chip as npz: one array per spiking layer (uint8 of 0 and 1 or of levels, int8 where ternary), not bit-packed, '
    + 'named and shaped as in the conformance cases; logits, logits_int'))
  .addOption(new Option('--out <dir>', 'folder of report.json and report.html').default('synfire-report'))
  .addOption(new Option('--json', 'print report.json on stdout'));

simulator(compiler(program.command('run <model>').description('the whole road: compile, simulate, compare with the float network, report')).addOption(emitOption()))
  .addOption(new Option('--reference <engine>', 'float reference: auto | node | wasm | cpu | none').default('auto'))
  .addOption(new Option('--verify <n>', 'samples on which the integer evaluation runs beside the chip, spike for spike').default('20'))
  .addHelpText('after', '\nExamples:\n  synfire run model.pth --arch arch.json --data images.idx.gz --labels labels.idx.gz --samples 1000 --out report\n  synfire run net.syn --weights model.pth --data images.idx.gz')
  .action((model, options) => execute(async () => (await import('./commands/run.ts')).run(model, options)));

compiler(program.command('compile <model>').description('compile a model to a core layout: a checkpoint with its descriptor, or a network in text form')).addOption(emitOption())
  .addOption(new Option('-o, --output <file>', 'the layout file').default('layout.synfire'))
  .addOption(jsonOption('figures'))
  .addHelpText('after', '\nExamples:\n  synfire compile model.pth --arch arch.json --target mesh45 -o layout.synfire\n  synfire compile model.pth --arch arch.json --emit quantise')
  .action((model, options) => execute(async () => (await import('./commands/compile.ts')).compile(model, options)));

program.command('describe [words...]').usage('<model> [--KEY VALUE ...] [options]').description('propose the family and the descriptor of a checkpoint; every key of a descriptor is an option: --T 4 --heads 8 --attention.scale 0.125')
  .allowUnknownOption().addOption(new Option('--family <name>', 'the family, where several fit or none is seen')).addOption(new Option('--set <key=value...>', 'keys of the descriptor, another way to say them'))
  .addOption(new Option('-o, --output <file>', 'write the descriptor, once nothing is asked any more')).addOption(jsonOption('the proposal'))
  .addHelpText('after', '\nExamples:\n  synfire describe model.pth\n  synfire describe model.safetensors --T 4 --heads 8 --image_size 32x32 -o arch.json')
  .action((words, options) => execute(async () => (await import('./commands/describe.ts')).describe(words, options)));

compiler(program.command('check <model>').description('converts? fits? exact or approximate where? Runs nothing; all refusals at once; the exit code is a gate'))
  .addOption(new Option('--exact', 'an approximate network fails too (exit 4)')).addOption(jsonOption('the check (synfire schema check)'))
  .addHelpText('after', '\nExit codes: 0 it converts and fits (with --exact: and no rounding loses anything), 2 files that cannot be read or do not agree, 3 it does not convert,\n'
    + '4 it fits but is approximate (--exact), 5 it converts but does not fit.\n\nExamples:\n  synfire check model.pth --arch arch.json --target mesh45\n  synfire check model.pth --arch arch.json --target small32 --exact --json')
  .action((model, options) => execute(async () => (await import('./commands/check.ts')).check(model, options)));

samples(quantiser(program.command('attribute <model>').description('where accuracy goes: rounds one node, one mechanism (weights, thresholds, leak, ...) at a time, all else in float64')))
  .addOption(jsonOption('the table (synfire schema attribute)'))
  .addHelpText('after', `\nA node or mechanism that is not named stays in float64. Mechanisms:\n${Object.entries(mechanisms).map(([name, what]) => `  ${name.padEnd(11)} ${what}`).join('\n')}\n`)
  .addHelpText('after', 'Example:\n  synfire attribute model.pth --arch arch.json --data images.idx.gz --labels labels.idx.gz --samples 500')
  .action((model, options) => execute(async () => (await import('./commands/attribute.ts')).attribute(model, options)));

simulator(program.command('simulate <layout>').description('run a core layout; the target is inside the file'))
  .addHelpText('after', '\nExample:\n  synfire simulate layout.synfire --data images.idx.gz --labels labels.idx.gz --samples 100')
  .action((layout, options) => execute(async () => (await import('./commands/simulate.ts')).simulateLayout(layout, options)));

program.command('inspect <file>').description('show a layout (stages, cores, memory, ranges, edges, links) or, with --arch, a model\'s graph and ranges')
  .addOption(new Option('--arch <file>', 'architecture descriptor, for a checkpoint')).addOption(new Option('--weights <file>', 'checkpoint, for a network in text form'))
  .addOption(new Option('--text', 'print a model in text form, its constants by key: the file to change for a network of your own'))
  .addOption(new Option('--csv <table>', 'one table as CSV: cores | stages | edges | links, also memory | ranges; graph of a model')).addOption(jsonOption('all tables'))
  .addHelpText('after', '\nExamples:\n  synfire inspect layout.synfire\n  synfire inspect layout.synfire --csv cores > cores.csv\n  synfire inspect model.pth --arch arch.json\n  synfire inspect model.pth --arch arch.json --text > net.syn')
  .action((file, options) => execute(async () => (await import('./commands/inspect.ts')).inspect(file, options)));

program.command('prompt <layout>').description('another class list for a compiled network that compares features with text (spikeclip), or another database for one that compares descriptors with places: only the rows on the host change')
  .requiredOption('--embeddings <file>', 'class rows [classes, features]: npy').addOption(new Option('--names <file>', 'names of the classes, one per line (default: their numbers)'))
  .addOption(new Option('-o, --output <file>', 'the layout file').default('layout.synfire')).addOption(new Option('--json', 'figures as JSON on stdout'))
  .addHelpText('after', '\nExample:\n  synfire prompt layout.synfire --embeddings animals.npy --names animals.txt -o animals.synfire')
  .action((layout, options) => execute(async () => (await import('./commands/prompt.ts')).prompt(layout, options)));

program.command('conform [cases...]').description('run conformance cases (folders of networks and of single operators) through importer, float64, integers and chips, spike for spike')
  .addOption(new Option('--arch <file>', 'another descriptor for the network of the case, such as one of synfire describe; golden data are those of the case'))
  .addOption(new Option('--target <chip...>', 'chips to run on').default(['mesh45']))
  .addOption(new Option('--residual <transport>', 'auto | unary | payload | planes').default('auto'))
  .addOption(new Option('--attention <order>', 'kv, as golden data counts, or another: qk | auto | published').default('kv'))
  .addOption(jsonOption('results'))
  .addHelpText('after', '\nExamples:\n  synfire conform ../shared/zoo/spikformer-cifar/*\n  synfire conform ../shared/zoo/sdt-v1/* --target mesh45 small32 small32-saturating --json\n  synfire conform ../shared/zoo/*/*'
    + '\n\nA case passes, is refused (nothing differs, but a chip lacks an ability it needs or is too small; the reasons are listed), or fails (something differs).'
    + '\nExit codes: 0 all passed, 2 a case cannot be loaded, 3 cases were refused and none failed, 4 a case failed.')
  .action((cases, options) => execute(async () => (await import('./commands/conform.ts')).conform(cases, options)));

program.command('noc').description('synthetic traffic on the flit-level router: latency and accepted load')
  .addOption(new Option('--target <chip>', 'chip whose router and mesh are used').default('mesh45')).addOption(new Option('--mesh <WxH>', 'another mesh size'))
  .addOption(new Option('--load <flits...>', 'offered load in flits per node and cycle').default(['0.05', '0.1', '0.2', '0.3']))
  .addOption(new Option('--pattern <name>', 'uniform | transpose | hotspot | neighbour | multicast').default('uniform'))
  .addOption(new Option('--flits <n>', 'flits per packet').default('1'))
  .addOption(new Option('--cycles <n>', 'measured cycles').default('3000')).addOption(new Option('--seed <n>', 'seed of the traffic').default('1'))
  .addOption(jsonOption('results'))
  .addHelpText('after', '\nExample:\n  synfire noc --target mesh45 --load 0.1 0.2 0.3 --pattern uniform')
  .action((options) => execute(async () => (await import('./commands/noc.ts')).noc(options)));

program.command('targets [name]').description('list the shipped chips; with a name, print the resolved chip file; --keys explains every key')
  .addOption(new Option('--keys', 'explain every key of a chip file')).addOption(jsonOption('chips'))
  .addHelpText('after', '\nExamples:\n  synfire targets\n  synfire targets mesh45 > mine.chip\n  synfire targets --keys')
  .action((name, options) => execute(async () => (await import('./commands/targets.ts')).targets(name, options)));

program.command('doctor').description('what this machine offers: Node, SIMD, threads, which float engines load and why not').addOption(jsonOption('facts'))
  .addHelpText('after', '\nExample:\n  synfire doctor --json')
  .action((options) => execute(async () => (await import('./commands/doctor.ts')).doctor(options)));

program.command('schema <what>').description(`print a JSON schema: ${Object.keys(schemas).join(' | ')}`).addOption(new Option('--json', 'faults as JSON on stdout; the schema always is'))
  .addHelpText('after', '\nExample:\n  synfire schema report > report.schema.json')
  .action((what, options) => execute(async () => (await import('./commands/schema.ts')).schema(what, options)));

// A reader that stops early (| head) is no error of ours.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(process.exitCode ?? 0);
  });
}
process.on('uncaughtException', (error) => process.exit(confess(error, json)));
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  const isWrong = error.exitCode !== 0, command = program.commands.find((one) => one.name() === process.argv[2]);
  if (isWrong && error.code !== 'commander.help') process.exitCode = refuse([commandLineWrong(['synfire', ...(command ? [command.name()] : [])].join(' '), error.message)], json);
  else process.exitCode = isWrong ? 2 : 0;
}
