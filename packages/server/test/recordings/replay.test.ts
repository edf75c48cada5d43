/** Every recording of every real agent, told again: nothing breaks, no word is lost, and no tool call stays open. */
import {
  isToolEnded,
  type AgentEvent,
  type ChatFrameEvent,
  type Message,
  type ToolStatus,
} from '@pilotlight/protocol';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Recorder, type MessageEvent } from '../../src/dispatch/recorder.ts';
import { Home, say, wordsOf } from '../composed-harness.ts';
import { recordedTurn, replayEvents, type RecordedEvent } from '../opencode/fixture-replay.ts';
import { recordedTurns, saidIn, toolsIn, type RecordedTurn } from './recorded-turns.ts';
import { readRecordings } from './recordings.ts';

const AGENT = fileURLToPath(new URL('./recorded-agent.ts', import.meta.url));

const recordings = readRecordings('acp');
const turns = [...recordings].flatMap(([recording, messages]) => recordedTurns(recording, messages));

/** By what was recorded: the name up to its last word, such as `claude-acp22` of `claude-acp22-turn`. */
const families = Map.groupBy(turns, ({ name }) => name.slice(0, name.lastIndexOf('-')));

describe('agents that speak ACP, through the whole server', () => {
  let home: Home;
  let sessionId: string;

  beforeAll(async () => {
    home = await Home.start([{ id: 'recorded', name: 'Recorded', command: process.execPath, args: [AGENT] }]);
    sessionId = (await home.desk('recorded')).session.id;
  }, 60_000);
  afterAll(() => home[Symbol.asyncDispose](), 60_000);

  /** What the transcript has of a turn; whatever is asked in it is answered with the first option. */
  async function play(turn: RecordedTurn): Promise<Message[]> {
    const { client } = home;
    const chat = await client.createChat(sessionId, { agent: 'recorded' });
    const { id } = await client.submitPrompt(chat.id, say(`play ${turn.name}`));
    const answered = new Set<string>();
    const ended = await client.waitForTurn(chat.id, id, {
      onState: ({ permissions }) => {
        for (const { id: asked, state, options } of Object.values(permissions)) {
          if (state !== 'pending' || answered.has(asked)) continue;
          answered.add(asked);
          const optionId = options[0]?.optionId;
          void client.answerPermission(asked, optionId === undefined ? { declined: true } : { optionId });
        }
      },
    });
    expect(['completed', 'failed']).toContain(ended.state);
    const { messages } = await client.listMessages(chat.id, { limit: 100 });
    return messages.filter(({ role, turnId }) => role === 'assistant' && turnId === id);
  }

  test.each([...families.keys()])('%s', { timeout: 60_000 }, async (family) => {
    for (const turn of families.get(family) ?? []) {
      const messages = await play(turn);
      const said = { turn: turn.name, text: wordsOf(messages) };
      expect(said).toEqual({ turn: turn.name, text: saidIn(turn) });
      const parts = messages.flatMap((message) => message.parts);
      const calls = parts.flatMap((part) => (part.type === 'tool_call' ? [part.toolCall] : []));
      expect(calls.filter(({ status }) => !isToolEnded(status))).toEqual([]);
      expect(new Set(calls.map(({ id }) => id))).toEqual(toolsIn(turn));
    }
  });

  test('there are recordings of every family of agents', () => {
    expect(recordings.size).toBeGreaterThan(200);
    expect(turns.length).toBeGreaterThan(recordings.size / 2);
  });
});

describe('opencode, from its events to the frames', () => {
  const opencode = readRecordings('opencode') as Map<string, RecordedEvent[]>;

  test.each([...opencode.keys()])('%s', (name) => {
    const recorded = opencode.get(name) ?? [];
    const { events, text, length } = replayEvents(recorded);
    for (const said of finalTexts(recorded.slice(0, length))) expect(text).toContain(said);
    for (const [id, status] of toolStates(events))
      expect({ id, ended: isToolEnded(status) }).toEqual({ id, ended: true });
  });
});

/** What the parts of the assistant's messages said in the end; a summary it makes for itself is told by a notice. */
function finalTexts(recorded: readonly RecordedEvent[]): string[] {
  const { sessionId } = recordedTurn(recorded);
  const speakers = new Set<unknown>();
  const texts = new Map<unknown, string>();
  for (const { type, properties } of recorded) {
    const { info, part, partID } = properties as Record<string, Record<string, unknown> | undefined>;
    if (type === 'message.updated' && info?.['role'] === 'assistant' && info['sessionID'] === sessionId) {
      if (info['summary'] !== true) speakers.add(info['id']);
    }
    if (type === 'message.part.updated' && part?.['type'] === 'text' && speakers.has(part['messageID']))
      texts.set(part['id'], String(part['text']));
    if (type === 'message.part.removed') texts.delete(partID);
  }
  return [...texts.values()];
}

/** The state in which each tool call is left, as clients are told. */
function toolStates(events: readonly AgentEvent[]): Map<string, ToolStatus> {
  const frames: ChatFrameEvent[] = [];
  const recorder = new Recorder({
    chatId: 'cht_1',
    messageId: 'msg_1',
    now: () => 0,
    putBlob: (bytes, mimeType) => ({ blob: 'b', size: bytes.length, mimeType }),
    append: ({ event }) => void frames.push(event),
  });
  for (const event of events) if (isOfMessage(event)) recorder.record(event);
  recorder.end();
  const states = new Map<number, [id: string, status: ToolStatus]>();
  for (const event of frames) {
    if (event.type === 'tool_call') states.set(event.part, [event.toolCall.id, event.toolCall.status]);
    const known = event.type === 'tool_update' ? states.get(event.part) : undefined;
    if (event.type === 'tool_update' && known !== undefined) known[1] = event.patch.set?.status ?? known[1];
  }
  return new Map(states.values());
}

function isOfMessage(event: AgentEvent): event is MessageEvent {
  return !['commands', 'usage', 'config', 'title'].includes(event.type);
}
