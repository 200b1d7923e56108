// synfire attribute: what each rounding costs by itself, on the user's samples.
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { mixturesOf } from '../../compiler/passes/mixture.ts';
import { mechanisms } from '../../compiler/passes/rounding.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import { attribute as costs } from '../attribute/attribute.ts';
import { attributionText } from '../attribute/attribution-text.ts';
import { mixesOf } from '../attribute/mix.ts';
import type { Attribution } from '../attribute/schema.ts';
import { exits } from '../console/exits.ts';
import { printJson, refuse } from '../console/outcome.ts';
import { printFaults } from '../console/print-faults.ts';
import { startProgress } from '../console/progress.ts';
import { readLabels } from '../datasets/labels.ts';
import type { Samples } from '../datasets/samples.ts';
import { openSamples } from '../encode/open-samples.ts';
import { currentsUnread, tooManySamples } from '../faults.ts';
import { checkReadable } from '../files.ts';
import type { LoadedModel } from '../load-model.ts';
import { loadModel } from '../load-model.ts';
import type { RawOptions } from '../options.ts';
import { OptionReader, quantiserOptions, targetOf, workersOf } from '../options.ts';

export async function attribute(modelFile: string, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), options = quantiserOptions(reader), workers = workersOf(reader), wanted = reader.text('samples') === undefined ? undefined : reader.whole('samples', 1, 1, 1e9), seed = reader.whole('encodeSeed', 1, 0, 2 ** 32 - 1);
  const file = reader.required('data', 'images, event frames or token ids, idx or npy'), labelsFile = reader.text('labels');
  reader.faults.push(...[file, labelsFile].flatMap((one) => (one === undefined ? [] : checkReadable(one))));
  const target = targetOf(reader, reader.text('target')), model = loadModel(modelFile, reader.text('arch'), reader.text('weights'));
  const faults = [...reader.faults, ...(target.ok ? [] : target.faults), ...(model.ok ? [] : model.faults)];
  if (faults.length || !target.ok || !model.ok || file === undefined) return refuse(faults, json);
  const { arch: { name, core } } = target.value, mixtures = mixturesOf(model.value.graph, { ...defaultPassOptions, ...options, ...core });
  if (!mixtures.ok) return refuse(mixtures.faults, json);
  const opened = openFiles(model.value, file, labelsFile, seed);
  if (!opened.ok) return refuse(opened.faults, json);
  const { data, labels } = opened.value, samples = Math.min(wanted ?? data.count, data.count), abort = new AbortController();
  const warnings = [...target.warnings, ...model.warnings, ...opened.warnings, ...(wanted !== undefined && wanted > data.count ? [tooManySamples(wanted, data.count)] : [])];
  printFaults(warnings);
  // Once: the second Ctrl-C finds no listener and ends the process at once.
  const stop = (): void => { abort.abort(); process.stderr.write('\nstopping; the table will cover what is done (Ctrl-C again: stop at once)\n'); };
  process.once('SIGINT', stop);
  try {
    const mixed = mixesOf(mixtures.value), bar = startProgress(`${mixed.mixes.length} mixes`, samples), found = await costs(mixed, data, labels, { samples, workers, signal: abort.signal, onProgress: bar.update });
    bar.end();
    const attribution: Attribution = { schemaVersion: 1, partial: found.samples < samples, model: { name: model.value.name, family: model.value.family }, target: name, options, data: data.encoder === undefined ? data.name : `${data.name} (${data.encoder})`,
      exact: mixed.exact, mechanisms, ...found, faults: warnings };
    if (json) printJson(attribution); else process.stdout.write(attributionText(attribution));
    return attribution.partial ? exits.interrupted : exits.ok;
  } finally { process.off('SIGINT', stop); data.close(); }
}

/** Faults: R0118; those of the readers. */
function openFiles({ input, classes }: LoadedModel, file: string, labelsFile: string | undefined, seed: number): Outcome<{ data: Samples; labels: Int32Array | undefined }> {
  const { encoding, ...layout } = input;
  if (encoding === 'currents') return fail(currentsUnread(file));
  const data = openSamples(file, { ...layout, encoding }, { seed });
  if (!data.ok) return data;
  const labels = labelsFile === undefined ? undefined : readLabels(labelsFile, data.value.count, classes.length || 2 ** 31);
  return labels && !labels.ok ? labels : succeed({ data: data.value, labels: labels?.value }, [...data.warnings, ...(labels?.warnings ?? [])]);
}
