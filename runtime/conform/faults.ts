// Every fault of the conformance runner, one builder per code, sorted by code (R2001 to R2019).
import { shown, shownShape } from '../../compiler/files/faults.ts';
import { shown as shownValue } from '../../compiler/frontend/faults.ts';
import type { Fault } from '../../targets/contract/fault.ts';

const inDescriptor = (file: string, path: string, code: string, message: string, hint: string): Fault => ({ code, severity: 'error', at: { in: 'descriptor', file, path }, message, hint });
const inFile = (file: string, code: string, message: string, hint: string, member?: string): Fault =>
  ({ code, severity: 'error', at: { in: 'file', file, ...(member === undefined ? {} : { member }) }, message, hint });

const format = 'the form of a case is described in the README of the conformance zoo';

export const tableWrong = (file: string, path: string, wanted: string, came: unknown): Fault =>
  inDescriptor(file, path, 'R2001', `wanted ${wanted}, came ${shownValue(came)}`, format);
export const axesUnknown = (file: string, path: string, axes: string): Fault =>
  inDescriptor(file, path, 'R2002', `wanted axes that start with S T (S where T is 1) and go on with C, H, W, N, 1, heads or head_dim; came ${shown(axes)}`, format);
export const goldenMissing = (file: string, name: string): Fault => inFile(file, 'R2003', `the archive has no array ${shown(name)}`,
  'arch.json names it: the case is incomplete', `${name}.npy`);
export const goldenShape = (file: string, name: string, wanted: string, came: readonly number[]): Fault =>
  inFile(file, 'R2004', `array ${shown(name)}: wanted ${wanted}, came ${shownShape(came)}`, 'arch.json, input.npy and golden.npz must belong together', `${name}.npy`);
export const layerUnknown = (file: string, path: string, name: string): Fault =>
  inDescriptor(file, path, 'R2005', `the imported network has no spiking layer ${shown(name)}`, 'the golden data is of another family or another depth than the descriptor');
export const layerSize = (file: string, path: string, wanted: string, came: readonly number[]): Fault =>
  inDescriptor(file, path, 'R2006', `the layer has ${wanted}; its golden array has shape ${shownShape(came)}`, 'the golden data and the sizes in the descriptor disagree');
export const operationsWrong = (file: string, name: string, wanted: string): Fault => inFile(file, 'R2007', `${shown(name)}: wanted ${wanted}`, format);
export const layerUncovered = (file: string, name: string): Fault =>
  ({ code: 'R2008', severity: 'warning', at: { in: 'descriptor', file, path: 'spikes' }, message: `the case has no golden spikes of ${shown(name)}; that layer is not compared`,
    hint: format });
export const membraneIncomparable = (file: string, name: string): Fault =>
  ({ code: 'R2009', severity: 'warning', at: { in: 'descriptor', file, path: `membrane_inputs["${name}"]` }, message: `${shown(name)} names no threshold, and its layer does not count: it is not compared`, hint: format });
export const inputTooWide = (node: string, value: number, units: number, bits: number): Fault => ({ code: 'R2010', severity: 'error', at: { in: 'graph', node },
  message: `the input "${node}" has ${value}, which is ${units} units; the chip takes ${bits} bits`, hint: 'give smaller currents, or raise input.bits in the descriptor' });
