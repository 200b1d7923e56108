// The verifier of programs: is this a program that the target can run, and does it say the truth about itself? Independent of the compiler; it trusts no number it can find out.
//
//   structure -> cores, stages, chains, planes -> needs -> order -> edges -> routes, footprints
//                                                             \--> ranges
//
// A later check runs only where the earlier ones left it something to stand on, so that one mistake is not reported as ten.
import type { Arch } from '../arch.ts';
import type { Fault } from '../fault.ts';
import type { Program } from '../program.ts';
import { checkChains } from './chains.ts';
import { checkCores } from './cores.ts';
import { checkEdges } from './edges.ts';
import { openFindings } from './findings.ts';
import { checkFootprints } from './footprint.ts';
import { findNeeds } from './needs.ts';
import { checkOrder } from './order.ts';
import { checkPlanes } from './planes.ts';
import { checkRanges } from './ranges.ts';
import { checkRoutes } from './routes.ts';
import { checkStages } from './stages.ts';
import { verifyStructure } from './structure.ts';
import { surveyOf } from './survey.ts';

/**
 * Everything that is wrong with a program on a target; empty: it may run.
 * Holds: ids, spans, lengths and sizes; acyclic ordered stages; planes written once; gathers, carriers, abilities and crossbar sizes; chains; every range proof made again from the weights;
 * edges, message counts and windows; routes that end, cover and cannot deadlock; live cores; footprints, recounted, that fit.
 * Fails: T2010 .. T2170, gathered. Time: linear in weights, edges, links and the positions that contexts look at.
 * Source: machine.md sections 3, 4, 7 and law 4.
 */
export function verifyProgram(program: Program, arch: Arch): readonly Fault[] {
  const broken = verifyStructure(program);
  if (broken.length > 0) return broken;
  const findings = openFindings(), survey = surveyOf(program, arch);
  checkCores(program, arch, findings);
  checkPlanes(survey, findings);
  checkStages(survey, findings);
  checkChains(survey, findings);
  const needs = findNeeds(survey, findings);
  checkOrder(program.stages.length, needs, findings);
  if (findings.count() > 0) return findings.all();
  checkRanges(survey, findings);
  const before = findings.count();
  checkEdges(survey, needs, findings);
  if (findings.count() > before) return findings.all();
  checkRoutes(survey, findings);
  checkFootprints(survey, findings);
  return findings.all();
}
