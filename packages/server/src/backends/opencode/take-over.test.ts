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
  '12-todowrite',
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
      for (const { result, first, again, after, caughtUp } of runs) {
        const told = [...again, ...after];
        const where = `taken up behind record ${breakAfter}`;
        expect(transcript(told), where).toEqual(transcript(whole.events));
        expect(result, where).toEqual(whole.result);
        expect(usage(told), where).toEqual(usage(whole.events));
        expect(caughtUp, where).toBe(1);
        expect(new Set(toolCalls(told)).size, where).toBe(toolCalls(told).length);
        // What the earlier life told is told again before the rest comes.
        expect(toolCalls(again), where).toEqual(expect.arrayContaining(toolCalls(first)));
        for (const kind of ['text', 'reasoning'] as const)
          if (!whole.events.some(({ type }) => type === 'retract'))
            expect(joined(again, kind).startsWith(joined(first, kind)), where).toBe(true);
      }
    }
  },
  120_000,
);
