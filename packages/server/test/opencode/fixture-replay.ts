// For tests: recorded traffic of the real server, and what the mapper and the completion rule make of it.
import type { AgentEvent } from '@pilotlight/protocol';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventMapper } from '../../src/backends/opencode/event-mapper.ts';
import { TurnProgress } from '../../src/backends/opencode/turn-progress.ts';
import { turnOutcome, type TurnOutcome } from '../../src/backends/opencode/turn-outcome.ts';
import { readRecord, type SessionRecord } from '../../src/backends/opencode/wire.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/opencode');

export interface RecordedEvent {
  type: string;
  properties: Record<string, unknown>;
}

export function readFixture(name: string): RecordedEvent[] {
  const lines = readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as RecordedEvent);
}

/** The root session of a recording and its first prompt. */
export function recordedTurn(events: readonly RecordedEvent[]): { sessionId: string; promptId: string } {
  const records = events.map(readRecord).filter((record) => record !== null);
  const created = records.find(
    (record) => record.type === 'session.created' || record.type === 'message.updated',
  );
  const sessionId = created?.sessionID ?? '';
  const prompt = records.find(
    (record): record is Extract<SessionRecord, { type: 'message.updated' }> =>
      record.type === 'message.updated' && record.sessionID === sessionId && record.info.role === 'user',
  );
  return { sessionId, promptId: prompt?.info.id ?? 'msg_none' };
}

export interface Replay {
  events: AgentEvent[];
  text: string;
  reasoning: string;
  outcome: TurnOutcome;
  /** which `session.idle` of the root session ended the turn, from 1; 0: none did, and the server had to be asked */
  endedAtIdle: number;
  /** how many of the recorded events are of the turn */
  length: number;
}

export function replay(name: string, how: { stopped?: boolean; refused?: boolean } = {}): Replay {
  return replayEvents(readFixture(name), how);
}

export function replayEvents(
  recorded: readonly RecordedEvent[],
  { stopped = false, refused = false }: { stopped?: boolean; refused?: boolean } = {},
): Replay {
  const { sessionId, promptId } = recordedTurn(recorded);
  const mapper = new EventMapper({ sessionId, contextSize: () => 200_000 });
  const progress = new TurnProgress(sessionId, promptId);
  const events: AgentEvent[] = [];
  let [idles, endedAtIdle, length] = [0, 0, recorded.length];
  for (const [index, record] of recorded.map(readRecord).entries()) {
    if (record === null || endedAtIdle > 0) continue;
    if (record.sessionID !== sessionId && !isChildRecord(record, mapper)) continue;
    events.push(...mapper.apply(record));
    if (record.type === 'session.idle' && record.sessionID === sessionId) idles += 1;
    if (progress.observe(record)?.kind !== 'finished') continue;
    [endedAtIdle, length] = [idles, index + 1];
  }
  events.push(...mapper.turnEnding());
  const end = { newest: progress.newest(), error: progress.error, stopped, refused };
  return {
    events,
    text: joined(events, 'text'),
    reasoning: joined(events, 'reasoning'),
    outcome: turnOutcome(end, { name: 'opencode', login: 'Log in.' }),
    endedAtIdle,
    length,
  };
}

function isChildRecord(record: SessionRecord, mapper: EventMapper): boolean {
  return record.type === 'session.created' || mapper.children.has(record.sessionID);
}

/** What stands in the transcript of one kind: withdrawn text is taken back. */
export function joined(events: readonly AgentEvent[], kind: 'text' | 'reasoning'): string {
  let [all, segment] = ['', ''];
  for (const event of events) {
    if (event.type === 'text' || event.type === 'reasoning') segment += event.type === kind ? event.text : '';
    else if (event.type === 'retract') segment = '';
    else if (event.type === 'segment' || event.type === 'tool_call') {
      all += segment;
      segment = '';
    }
  }
  return all + segment;
}
