import type { AgentEvent } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { playRecording, takeOverRecording } from '../../../test/opencode/play-recording.ts';
import { joined, readFixture, recordedTurn } from '../../../test/opencode/fixture-replay.ts';
import { transcript } from '../../../test/opencode/transcript.ts';

/** How much is missed, and whether what comes next comes before or behind the reading of what was missed. */
const AWAY = [
  { lose: 0, untilRead: true },
  { lose: 0, untilRead: false },
  { lose: 4, untilRead: true },
  { lose: 1000, untilRead: false },
];

/** The first record behind which the prompt is stored. */
function storedAt(name: string): number {
  const events = readFixture(name).filter(({ type }) => type !== 'server.connected');
  const { promptId } = recordedTurn(events);
  return events.findIndex(
    ({ type, properties }) => type === 'message.updated' && JSON.stringify(properties).includes(promptId),
  );
}

function toolCalls(events: readonly AgentEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'tool_call' ? [event.toolCall.id] : []));
}

function usage(events: readonly AgentEvent[]): AgentEvent | undefined {
  return events.findLast(({ type }) => type === 'usage');
}

test.each([
  '02-reasoning',
  '03-tool-bash-ok',
  '11-tool-edit',
  '09-tool-parallel',
  '12-todowrite',
  '14-finish-length',
  '15-finish-content-filter',
  '23-permission-reject',
  '26-permission-parallel-two-asks',
  '29-question-reject',
  '31-task-child-permission',
  '36-retry-exhausted',
  '51-abort-mid-reasoning',
  '57-abort-subagent',
  '74-turn-ends-over-limit',
  '20-permission-once',
  '30-task-subagent',
  '40-error-400',
  '43-retry-429-twice',
  '50-abort-mid-text',
  '52-abort-mid-bash',
  '73-auto-compact',
])(
  'a turn that is taken up anywhere is told as if nothing had happened: %s',
  async (name) => {
    const whole = await playRecording(name, {});
    const length = readFixture(name).length - 9;
    for (let breakAfter = storedAt(name); breakAfter < length; breakAfter += 1) {
      const runs = await Promise.all(AWAY.map((away) => takeOverRecording(name, { breakAfter, ...away })));
      for (const { result, first, again, after, caughtUp, late } of runs) {
        const told = [...again, ...after];
        expect(
          { result, transcript: transcript(told), usage: usage(told), caughtUp, late },
          `taken up behind record ${breakAfter}`,
        ).toEqual({
          result: whole.result,
          transcript: transcript(whole.events),
          usage: usage(whole.events),
          caughtUp: 1,
          late: [],
        });
        expect(new Set(toolCalls(told)).size).toBe(toolCalls(told).length);
        // What the earlier life told is told again before the rest comes.
        expect(toolCalls(again)).toEqual(expect.arrayContaining(toolCalls(first)));
        if (whole.events.some(({ type }) => type === 'retract')) continue;
        for (const kind of ['text', 'reasoning'] as const)
          expect(joined(again, kind).startsWith(joined(first, kind))).toBe(true);
      }
    }
  },
  120_000,
);

/** The index of the record with which an ask comes, and of the one that closes it. */
function askOf(name: string): { asked: number; closed: number } {
  const types = readFixture(name)
    .map(({ type }) => type)
    .filter((type) => type !== 'server.connected');
  return {
    asked: types.findIndex((type) => type.endsWith('.asked')),
    closed: types.findIndex((type) => /\.(replied|rejected)$/.test(type)),
  };
}

test.each(['20-permission-once', '28-question-reply', '31-task-child-permission'])(
  'an ask is put again, of the same tool call, unless it was answered: %s',
  async (name) => {
    const { asked, closed } = askOf(name);
    const open = await takeOverRecording(name, { breakAfter: asked, untilRead: true });
    expect(open.asked.first).toEqual([expect.stringMatching(/^prt_/)]);
    expect(open.asked.again).toEqual(open.asked.first);
    const answered = await takeOverRecording(name, { breakAfter: closed, untilRead: true });
    expect(answered.asked).toEqual({ first: open.asked.first, again: [] });
  },
);
