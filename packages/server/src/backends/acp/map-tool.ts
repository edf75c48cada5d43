import {
  ToolKind,
  ToolStatus,
  type AcpToolUpdate,
  type ToolContent,
  type ToolLocation,
} from '@pilotlight/protocol';
import { mapContent, optional } from './map-content.ts';
import { parentOf } from './meta-conventions.ts';
import { asList, asNumber, asString, bounded, mapObjects, type RawObject } from './raw-values.ts';

/** Output and end of a terminal, as far as it is known. */
export interface TerminalState {
  output: string;
  exitCode?: number | null;
  signal?: string | null;
}

const kinds = new Set<unknown>(ToolKind.options);
/** Only we call a tool cancelled. */
const statuses = new Set<unknown>(ToolStatus.options.filter((status) => status !== 'cancelled'));

/**
 * A tool call or an update of one as the protocol merges it; unknown kinds, states and contents count as not said. null
 * when it names no tool call. `terminals`: what is known of the terminals it may show.
 */
export function mapTool(raw: RawObject, terminals: ReadonlyMap<string, TerminalState>): AcpToolUpdate | null {
  const id = asString(raw['toolCallId']);
  if (id === null || id === '') return null;
  const update: AcpToolUpdate = {
    id,
    title: asString(raw['title']),
    kind: kinds.has(raw['kind']) ? (raw['kind'] as ToolKind) : null,
    status: statuses.has(raw['status']) ? (raw['status'] as ToolStatus) : null,
    content: asList(raw['content']) && mapObjects(raw['content'], (item) => mapToolContent(item, terminals)),
    locations: asList(raw['locations']) && mapObjects(raw['locations'], mapLocation),
    parentToolCallId: parentOf(raw['_meta']),
  };
  if (raw['rawInput'] !== undefined) update.rawInput = bounded(raw['rawInput']);
  if (raw['rawOutput'] !== undefined) update.rawOutput = bounded(raw['rawOutput']);
  return update;
}

/** Whether the update says anything that a snapshot would show. */
export function saysNothing(update: AcpToolUpdate): boolean {
  const { id: _, ...said } = update;
  return Object.values(said).every((value) => value === null || value === undefined);
}

function mapToolContent(raw: RawObject, terminals: ReadonlyMap<string, TerminalState>): ToolContent | null {
  if (raw['type'] === 'content') {
    const content = mapContent(raw['content']);
    return content === null ? null : { type: 'content', content };
  }
  if (raw['type'] === 'diff') {
    const path = asString(raw['path']);
    const newText = asString(raw['newText']);
    if (path === null || newText === null) return null;
    return { type: 'diff', path, oldText: asString(raw['oldText']), newText };
  }
  const terminalId = raw['type'] === 'terminal' ? asString(raw['terminalId']) : null;
  if (terminalId === null) return null;
  return { type: 'terminal', terminalId, ...(terminals.get(terminalId) ?? { output: '' }) };
}

function mapLocation(raw: RawObject): ToolLocation | null {
  const path = asString(raw['path']);
  const line = asNumber(raw['line']);
  if (path === null) return null;
  return { path, ...optional('line', line !== null && Number.isInteger(line) ? line : null) };
}
