import type { AgentEvent } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { playRecording as play } from '../../../test/opencode/play-recording.ts';
import { readFixture } from '../../../test/opencode/fixture-replay.ts';
import { transcript } from '../../../test/opencode/transcript.ts';

function retracts(events: readonly AgentEvent[]): number {
  return events.filter(({ type }) => type === 'retract').length;
}

/**
 * How much is lost, and whether what comes next comes before or behind the reading of what was missed; and how much more is
 * lost by a server that does not deliver yet what it has opened.
 */
const LOSSES = [
  ...[0, 1, 4].flatMap((lose) => [
    { lose, untilRead: true },
    { lose, untilRead: false },
  ]),
  { lose: 1, untilRead: true, late: 1 },
  { lose: 0, untilRead: true, late: 3 },
];

const NAMES = [
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
];

test.each(NAMES)(
  'a stream that breaks anywhere and loses what follows changes nothing: %s',
  async (name) => {
    const whole = await play(name, {});
    const length = readFixture(name).length - 1;
    let reopened = 0;
    for (let breakAfter = 0; breakAfter < length; breakAfter += 1) {
      const runs = await Promise.all(LOSSES.map((loss) => play(name, { breakAfter, ...loss })));
      for (const run of runs) {
        expect(transcript(run.events), `broken behind record ${breakAfter}`).toEqual(
          transcript(whole.events),
        );
        reopened += run.opened - 1;
        expect(retracts(run.events), `broken behind record ${breakAfter}`).toBe(retracts(whole.events));
        const calls = run.events.flatMap((event) => (event.type === 'tool_call' ? [event.toolCall.id] : []));
        expect(new Set(calls).size).toBe(calls.length);
        expect(run.result, `broken behind record ${breakAfter}`).toEqual(whole.result);
      }
    }
    // Only a break behind the end of the turn does not matter to it.
    expect(reopened).toBeGreaterThan((length - 8) * LOSSES.length);
  },
  120_000,
);
