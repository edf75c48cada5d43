import type { AcpToolSnapshot, AgentEvent } from '@pilotlight/protocol';
import { AcpToolSnapshot as ToolSchema } from '@pilotlight/protocol';
import { describe, expect, test } from 'vitest';
import { readFixture, recordedTurn, replay } from '../../../test/opencode/fixture-replay.ts';
import { EventMapper } from './event-mapper.ts';
import { readRecord } from './wire.ts';

function tools(events: readonly AgentEvent[]): AcpToolSnapshot[] {
  const calls = events.flatMap((event) => ('toolCall' in event ? [event.toolCall] : []));
  return [...new Map(calls.map((call) => [call.id, call])).values()];
}

function codes(events: readonly AgentEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'notice' ? [event.code] : []));
}

describe('recorded turns', () => {
  // name, text, reasoning, kind:status of each tool, notices, result, and the idle that ended it (0: none did)
  test.each([
    ['01-plain-text', 'Hello, world!', '', [], [], 'ok', 1],
    ['02-reasoning', 'Answer 42', 'Let me think.', [], [], 'ok', 1],
    ['03-tool-bash-ok', 'I will run.Done.', '', ['execute:completed'], [], 'ok', 1],
    ['04-tool-bash-exit1', 'It failed.', '', ['execute:completed'], [], 'ok', 1],
    ['05-tool-read-missing', 'Missing.', '', ['read:failed'], [], 'ok', 1],
    ['06-tool-unknown', 'Unknown.', '', ['other:failed'], [], 'ok', 1],
    ['07-tool-bad-args', 'Bad args.', '', ['execute:failed'], [], 'ok', 1],
    ['08-tool-invalid-json', 'Bad json.', '', ['other:failed'], [], 'ok', 1],
    ['09-tool-parallel', 'Both.', '', ['execute:completed', 'read:completed'], [], 'ok', 1],
    ['10-tool-write-streamed-input', 'Wrote.', '', ['edit:completed'], [], 'ok', 1],
    ['11-tool-edit', 'Edited.', '', ['read:completed', 'edit:completed'], [], 'ok', 1],
    ['12-todowrite', 'Todos.', '', ['think:completed'], [], 'ok', 1],
    ['13-empty-response', '', '', [], [], 'ok', 1],
    ['14-finish-length', 'cut of', '', [], ['output_limit'], 'ok', 1],
    ['15-finish-content-filter', 'x', '', [], [], 'agent_failed', 1],
    ['16-title-generated', 'hey', '', [], [], 'ok', 1],
    ['20-permission-once', 'ok', '', ['execute:completed'], [], 'ok', 1],
    ['23-permission-reject', '', '', ['execute:failed'], ['stopped_after_tool'], 'ok', 1],
    ['24-permission-reject-message', 'after reject with message', '', ['execute:failed'], [], 'ok', 1],
    ['26-permission-parallel-two-asks', 'ok', '', ['execute:completed', 'execute:completed'], [], 'ok', 1],
    ['28-question-reply', 'thanks', '', ['other:completed'], [], 'ok', 1],
    ['29-question-reject', '', '', ['other:failed'], ['stopped_after_tool'], 'ok', 1],
    ['30-task-subagent', 'parent done', '', ['think:completed', 'execute:completed'], [], 'ok', 1],
    ['31-task-child-permission', 'parent done', '', ['think:completed', 'read:completed'], [], 'ok', 1],
    ['36-retry-exhausted', '', '', [], Array(5).fill('provider_retry'), 'agent_failed', 2],
    ['40-error-400', '', '', [], [], 'agent_failed', 2],
    ['41-error-401', '', '', [], [], 'agent_login_required', 2],
    ['42-error-context-overflow', '', '', [], ['compaction'], 'agent_failed', 1],
    ['43-retry-429-twice', 'finally', '', [], ['provider_retry', 'provider_retry'], 'ok', 1],
    ['48-unknown-model', '', '', [], [], 'agent_failed', 0],
    ['49-unknown-agent', '', '', [], [], 'agent_failed', 0],
    ['50-abort-mid-text', 'word '.repeat(12), '', [], [], 'cancelled', 2],
    ['51-abort-mid-reasoning', '', 'hmm '.repeat(12), [], [], 'cancelled', 2],
    ['52-abort-mid-bash', 'Running ', '', ['execute:completed'], [], 'cancelled', 2],
    ['53-abort-before-first-token', '', '', [], [], 'cancelled', 2],
    ['56-abort-during-retry', '', '', [], ['provider_retry'], 'cancelled', 1],
    ['57-abort-subagent', '', '', ['think:failed'], [], 'cancelled', 2],
    ['60-prompt-while-tool-running', 'second answer', '', ['execute:completed'], [], 'ok', 1],
    ['63-command', 'greeted', '', [], [], 'ok', 1],
    ['71-summarize', '', '', [], ['compaction'], 'ok', 1],
    ['73-auto-compact', 'first ok', '', ['execute:completed'], ['compaction'], 'ok', 1],
    ['74-turn-ends-over-limit', 'bigok', '', [], ['compaction'], 'ok', 1],
  ])('%s', (name, text, reasoning, expectedTools, notices, result, endedAtIdle) => {
    const seen = replay(name, { stopped: true });
    const { outcome } = seen;
    expect(seen.text).toBe(text);
    expect(seen.reasoning).toBe(reasoning);
    expect(tools(seen.events).map(({ kind, status }) => `${kind}:${status}`)).toEqual(expectedTools);
    expect([...codes(seen.events), ...codes(outcome.notices)]).toEqual(notices);
    expect(outcome.result.ok ? 'ok' : outcome.result.error?.code).toBe(result);
    expect(seen.endedAtIdle).toBe(endedAtIdle);
  });

  test('every tool call is announced once, then only updated, and valid', () => {
    for (const name of ['03-tool-bash-ok', '09-tool-parallel', '11-tool-edit', '30-task-subagent']) {
      const { events } = replay(name);
      const calls = events.filter((event) => event.type === 'tool_call').map((event) => event.toolCall.id);
      expect(new Set(calls).size).toBe(calls.length);
      for (const event of events)
        if ('toolCall' in event) expect(ToolSchema.safeParse(event.toolCall).success).toBe(true);
      expect(tools(events).map(({ id }) => id)).toEqual(calls);
    }
  });

  test('a prompt sent into a running turn is answered in the same turn', () => {
    const { text, endedAtIdle } = replay('59-prompt-while-busy');
    expect(text).toMatch(/^(a )+second answer$/);
    expect(endedAtIdle).toBe(1);
  });

  test('a provider that fails in the middle of its text withdraws it', () => {
    const { text, events } = replay('47-sse-error-midstream');
    expect(text).toBe('');
    expect(events.filter(({ type }) => type === 'retract')).toHaveLength(3);
    expect(codes(events)).toEqual(['provider_retry', 'provider_retry', 'provider_retry']);
  });
});

describe('tools', () => {
  test('a command shows its output as it grows, and its exit code', () => {
    const { events } = replay('03-tool-bash-ok');
    const shown = events.flatMap((event) => ('toolCall' in event ? event.toolCall.content : []));
    expect(shown.map((content) => (content.type === 'terminal' ? content.output : ''))).toEqual([
      'out1\n',
      'out1\nout2\n',
      'out1\nout2\n',
    ]);
    expect(tools(events)[0]).toMatchObject({
      title: 'echo out1; sleep 0.3; echo out2',
      rawInput: { command: 'echo out1; sleep 0.3; echo out2' },
      rawOutput: { exitCode: 0 },
    });
    expect(tools(replay('04-tool-bash-exit1').events)[0]?.rawOutput).toEqual({ exitCode: 3 });
  });

  test('an edit shows its hunks as differences with their place', () => {
    const edit = tools(replay('11-tool-edit').events)[1];
    expect(edit).toMatchObject({
      locations: [{ path: '/repo/proj-basic/README.md', line: 1 }],
      content: [
        {
          type: 'diff',
          path: '/repo/proj-basic/README.md',
          oldText: '# hello\nline two\n',
          newText: '# HELLO\nline two\n',
        },
      ],
    });
  });

  test('a new file is a difference without an old text', () => {
    const write = tools(replay('10-tool-write-streamed-input').events)[0];
    expect(write?.content[0]).toMatchObject({ type: 'diff', oldText: null });
  });

  test("a sub-agent's calls name the call that started it, and its answer is that call's content", () => {
    const [task, child] = tools(replay('30-task-subagent').events);
    expect(child?.parentToolCallId).toBe(task?.id);
    expect(task?.parentToolCallId).toBeNull();
    expect(task?.content).toEqual([{ type: 'content', content: { type: 'text', text: 'child answer' } }]);
  });

  test('an invalid call says what was wrong', () => {
    const [call] = tools(replay('08-tool-invalid-json').events);
    expect(call).toMatchObject({ title: 'Invalid call of bash', status: 'failed' });
    expect(JSON.stringify(call?.content)).toContain('JSON parsing failed');
  });
});

describe('what comes beside text and tools', () => {
  test('todos become the plan', () => {
    const plans = replay('12-todowrite').events.filter(({ type }) => type === 'plan');
    expect(plans).toEqual([
      {
        type: 'plan',
        entries: [
          { content: 'one', priority: 'high', status: 'in_progress' },
          { content: 'two', priority: 'low', status: 'pending' },
        ],
      },
    ]);
  });

  test('usage adds up over the steps of a turn', () => {
    const usages = replay('11-tool-edit').events.flatMap((event) =>
      event.type === 'usage' ? [event.usage] : [],
    );
    expect(usages.map(({ cost, inputTokens }) => [cost?.amount.toFixed(3), inputTokens])).toEqual([
      ['0.001', 800],
      ['0.002', 1600],
      ['0.003', 2400],
    ]);
    expect(usages.at(-1)).toMatchObject({ contextUsed: 1050, contextSize: 200_000, cacheReadTokens: 600 });
  });

  test('what a turn has spent counts its sub-agents, and reasoning as output', () => {
    const spent = (name: string) => {
      const told = replay(name).events.flatMap((event) => (event.type === 'usage' ? [event] : []));
      return { calls: told.length, turn: told.at(-1)?.turn, root: told.at(-1)?.usage };
    };
    // Each of its model calls: 800 read anew, 200 from the cache, 40 and 10 of reasoning written.
    const alone = spent('11-tool-edit');
    expect(alone.calls).toBe(3);
    expect(alone.turn).toEqual({
      tokens: {
        inputTokens: 2400,
        outputTokens: 150,
        reasoningTokens: 30,
        cacheReadTokens: 600,
        cacheWriteTokens: 0,
      },
      cost: { amount: expect.closeTo(0.003), currency: 'USD' },
    });
    const withChild = spent('30-task-subagent');
    expect(withChild.turn?.tokens?.inputTokens).toBe(800 * withChild.calls);
    expect(withChild.root?.inputTokens).toBeLessThan(800 * withChild.calls);
  });

  test('a retry says which attempt failed and when the next one is', () => {
    const notice = replay('43-retry-429-twice').events.find(({ type }) => type === 'notice');
    expect(notice).toMatchObject({
      level: 'warning',
      text: expect.stringMatching(/attempt 1, next attempt at 20\d\d-/),
    });
  });

  test('a thought-of title is told once', () => {
    const titles = replay('16-title-generated').events.filter(({ type }) => type === 'title');
    expect(titles.length).toBeLessThanOrEqual(1);
  });
});

test.each(['03-tool-bash-ok', '11-tool-edit', '30-task-subagent', '73-auto-compact', '43-retry-429-twice'])(
  'records that come twice say nothing new: %s',
  (name) => {
    const recorded = readFixture(name);
    const mapper = new EventMapper({
      sessionId: recordedTurn(recorded).sessionId,
      contextSize: () => undefined,
    });
    const records = recorded.map(readRecord).filter((record) => record !== null);
    const first = records.flatMap((record) => mapper.apply(record));
    const again = records
      .filter(({ type }) => type !== 'session.status')
      .flatMap((record) => mapper.apply(record));
    expect(first.length).toBeGreaterThan(3);
    expect(again).toEqual([]);
  },
);
