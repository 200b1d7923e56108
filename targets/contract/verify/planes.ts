// Planes: every element written by exactly one output, ports on source planes, readouts whole.
import type { Readout } from '../program.ts';
import type { Findings } from './findings.ts';
import type { Survey } from './survey.ts';
import { planeGap, planeOverlap, portWrong, readoutWrong } from '../faults.ts';
import { positionsOf } from '../geometry.ts';
import { areaOf, overlapping } from './rectangles.ts';

/** T2103, T2104: no gap, no overlap. */
function checkCoverage({ program, writers }: Survey, findings: Findings): void {
  program.planes.forEach((plane, id) => {
    const parts = writers.get(id) ?? [], pair = overlapping(parts.map((writer) => writer.region)), size = positionsOf(plane.grid) * plane.channels;
    if (pair) { findings.report(planeOverlap(id, plane.name, parts[pair[0]].stage, parts[pair[1]].stage)); return; }
    const covered = parts.reduce((sum, writer) => sum + areaOf(writer.region), 0);
    if (covered !== size) findings.report(planeGap(id, plane.name, size - covered, size));
  });
}

/** T2105: ports and source planes are the same set; names are unique; currents have a unit per channel, and nothing else has one. */
function checkPorts({ program, writers }: Survey, findings: Findings): void {
  const isSource = (plane: number) => (writers.get(plane) ?? []).some((writer) => program.stages[writer.stage].kind === 'source');
  const planes = new Set<number>(), names = new Set<string>();
  program.inputs.forEach((port, i) => {
    if (!isSource(port.plane)) findings.report(portWrong(`inputs[${i}].plane`, `plane ${port.plane} is not written by a source`));
    if (planes.has(port.plane)) findings.report(portWrong(`inputs[${i}].plane`, `plane ${port.plane} has a port already`));
    if (names.has(port.name)) findings.report(portWrong(`inputs[${i}].name`, `"${port.name}" names another port already`));
    const { carrier, channels } = program.planes[port.plane], wanted = carrier.as === 'current' ? channels : 0, { units = new Float64Array() } = port;
    if (units.length !== wanted || !units.every((unit) => unit > 0 && Number.isFinite(unit))) {
      findings.report(portWrong(`inputs[${i}].units`, wanted === 0 ? `"${port.name}" takes no currents, and has ${units.length} units` : `"${port.name}" takes currents of ${channels} channels, each with a positive unit; there are ${units.length} units`));
    }
    planes.add(port.plane);
    names.add(port.name);
  });
  program.planes.forEach((plane, id) => { if (isSource(id) && !planes.has(id)) findings.report(portWrong(`planes[${id}]`, `source plane "${plane.name}" has no input port`)); });
  const probes = new Set<string>();
  program.probes.forEach((probe, i) => {
    if (probes.has(probe.name)) findings.report(portWrong(`probes[${i}].name`, `"${probe.name}" names another probe already`));
    if (!/^S( [A-Za-z0-9_]+)*$/.test(probe.axes)) findings.report(portWrong(`probes[${i}].axes`, `must be axis names that begin with S, such as "S T C H W"; they are "${probe.axes}"`));
    probes.add(probe.name);
  });
}

/** What the parts of one result must agree on: what they keep apart, and the weights of the steps. */
const shapeOf = ({ keeps, stepWeights }: Readout): string => `${keeps.steps} ${keeps.positions} ${stepWeights?.join() ?? 'equal'}`;

/** T2170: each result is named once, has a divisor and whole rows of scores if any, and is read whole, once and in one way from one plane. */
function checkReadouts({ program }: Survey, findings: Findings): void {
  const stages = program.stages.filter((stage): stage is Readout => stage.kind === 'readout'), names = new Set<string>();
  program.readouts.forEach(({ output, scale, divisor, rows, most }, i) => {
    const part = `readouts[${i}]`, parts = stages.filter((stage) => stage.output === output);
    if (names.has(output)) findings.report(readoutWrong(`${part}.output`, `"${output}" is declared twice`));
    names.add(output);
    if (!Number.isFinite(scale)) findings.report(readoutWrong(`${part}.scale`, `must be a finite number; it is ${scale}`));
    if (most !== undefined && (rows || !Number.isFinite(most))) findings.report(readoutWrong(`${part}.most`, rows ? 'must be missing, for rows weigh the results' : `must be a finite number; it is ${most}`));
    if (!Number.isSafeInteger(divisor) || divisor < 1) findings.report(readoutWrong(`${part}.divisor`, `must be a whole number of at least 1; it is ${divisor}`));
    if (parts.length === 0) { findings.report(readoutWrong(part, `no readout stage gives "${output}"`)); return; }
    const plane = parts[0].from.plane, { channels } = program.planes[plane], size = positionsOf(program.planes[plane].grid) * channels;
    if (rows && !(rows.scores > 0 && rows.weights.length === rows.scores * channels && rows.weights.every(Number.isFinite))) {
      findings.report(readoutWrong(`${part}.rows`, `must be ${rows.scores} rows (at least one) of ${channels} finite weights; there are ${rows.weights.length} weights`));
    }
    if (rows?.offset && !(rows.offset.length === rows.scores && rows.offset.every(Number.isFinite))) findings.report(readoutWrong(`${part}.rows.offset`, `must be ${rows.scores} finite numbers; there are ${rows.offset.length}`));
    const unordered = rows?.nearest?.recall.findIndex((each, n, all) => each < 1 || (n > 0 && each <= all[n - 1])) ?? -1;
    if (unordered >= 0) findings.report(readoutWrong(`${part}.rows.nearest.recall[${unordered}]`, `must be at least 1 and more than the one before it; it is ${rows!.nearest!.recall[unordered]}`));
    if (parts.some((stage) => stage.from.plane !== plane)) { findings.report(readoutWrong(part, `the stages that give "${output}" must read one plane`)); return; }
    if (parts.some((stage) => shapeOf(stage) !== shapeOf(parts[0]))) findings.report(readoutWrong(part, `the stages that give "${output}" must keep the same apart and weigh the steps alike`));
    const covered = parts.reduce((sum, stage) => sum + areaOf(stage.from), 0);
    if (overlapping(parts.map((stage) => stage.from)) || covered !== size) findings.report(readoutWrong(part, `the stages that give "${output}" must read every element of plane ${plane} once`));
  });
  for (const stage of stages) if (!names.has(stage.output)) findings.report(readoutWrong(`stages[${stage.id}].output`, `"${stage.output}" is not among the readouts`));
}

export function checkPlanes(survey: Survey, findings: Findings): void {
  checkCoverage(survey, findings);
  checkPorts(survey, findings);
  checkReadouts(survey, findings);
}
