import type { PermissionRequest, QuestionRequest } from '@pilotlight/protocol';
import { describe, expect, test } from 'vitest';
import { permissionReply, permissionRequest, questionAnswers } from './asks.ts';
import { readFixture } from '../../../test/opencode/fixture-replay.ts';
import { TurnProgress } from './turn-progress.ts';
import { playRecording } from '../../../test/opencode/play-recording.ts';

/** Breaks the stream right before the ask, so that it is found by asking the server. */
function breakBefore(name: string, type: string): { breakAfter: number; lose: number } {
  const events = readFixture(name).filter((event) => event.type !== 'server.connected');
  return { breakAfter: events.findIndex((event) => event.type === type) - 1, lose: 1 };
}

test('a permission says what it is about, which may be less than what the tool does', () => {
  const about = (permission: string, patterns: string[], metadata: Record<string, unknown> = {}) =>
    permissionRequest({ id: 'per_1', sessionID: 's', permission, patterns, metadata }, undefined).about;
  expect(about('bash', ['ls *'], { command: 'ls -l' })).toEqual({
    kind: 'execute',
    commands: ['ls -l'],
    paths: [],
  });
  expect(about('edit', ['w.txt'], { filepath: '/repo/w.txt' })).toEqual({
    kind: 'edit',
    commands: [],
    paths: ['/repo/w.txt'],
  });
  expect(about('external_directory', ['/etc/*'])).toEqual({ kind: 'other', commands: [], paths: ['/etc'] });
  expect(about('webfetch', ['https://x'])).toEqual({ kind: 'fetch', commands: [], paths: [] });
});

describe.each([
  ['asked on the stream', {}],
  ['asked while the stream was broken', { broken: true }],
])('%s', (_case, { broken }: { broken?: boolean }) => {
  test('a question is put with its fields, and its answers go back in order', async () => {
    const asked: QuestionRequest[] = [];
    const options = broken === true ? breakBefore('28-question-reply', 'question.asked') : {};
    const { replies, result } = await playRecording(
      '28-question-reply',
      { ...options, untilAnswered: true },
      {
        onQuestion: (request) => {
          asked.push(request);
          return Promise.resolve({ action: 'accept', answers: { 0: ['Red'], 1: ['A', 'mine'] } });
        },
      },
    );
    expect(result).toEqual({ ok: true });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      message: '2 questions',
      toolCallId: expect.stringMatching(/^prt_/),
      fields: [
        {
          id: '0',
          title: 'Colour',
          multiple: false,
          custom: true,
          choices: [{ value: 'Red' }, { value: 'Blue' }],
        },
        { id: '1', title: 'Many', multiple: true },
      ],
    });
    expect(replies).toEqual([
      {
        path: expect.stringMatching(/^\/question\/que_\w+\/reply$/),
        body: { answers: [['Red'], ['A', 'mine']] },
      },
    ]);
  });

  test('a permission is put once and answered once', async () => {
    const asked: PermissionRequest[] = [];
    const options = broken === true ? breakBefore('20-permission-once', 'permission.asked') : {};
    const { replies } = await playRecording(
      '20-permission-once',
      { ...options, untilAnswered: true },
      {
        onPermission: (request) => {
          asked.push(request);
          return Promise.resolve({ outcome: 'selected', optionId: 'always' });
        },
      },
    );
    expect(asked).toHaveLength(1);
    expect(asked[0]?.options.find(({ optionId }) => optionId === 'always')?.name).toContain('echo *');
    expect(asked[0]?.about).toEqual({
      kind: 'execute',
      commands: [expect.stringMatching(/^echo /)],
      paths: [],
    });
    expect(replies).toEqual([
      { path: expect.stringMatching(/^\/permission\/per_\w+\/reply$/), body: { reply: 'always' } },
    ]);
  });
});

test("a sub-agent's permission is put to the user with the sub-agent's call", async () => {
  const asked: PermissionRequest[] = [];
  const { replies, result } = await playRecording(
    '31-task-child-permission',
    { untilAnswered: true },
    {
      onPermission: (request) => {
        asked.push(request);
        return Promise.resolve({ outcome: 'selected', optionId: 'once' });
      },
    },
  );
  expect(result).toEqual({ ok: true });
  expect(asked[0]?.toolCall).toMatchObject({
    kind: 'read',
    title: 'external_directory: /etc/os-release',
    parentToolCallId: expect.stringMatching(/^prt_/),
  });
  expect(replies).toHaveLength(1);
});

test('an answer to what was answered elsewhere is dropped', async () => {
  const release = Promise.withResolvers<void>();
  const { replies, result } = await playRecording(
    '20-permission-once',
    {},
    {
      onPermission: async () => {
        await release.promise;
        return { outcome: 'selected', optionId: 'reject' };
      },
    },
  );
  expect(result).toEqual({ ok: true });
  release.resolve();
  await release.promise;
  expect(replies).toEqual([]);
});

test('a dismissed question is rejected, an unanswerable permission refused', async () => {
  const dismissed = await playRecording(
    '29-question-reject',
    { untilAnswered: true },
    {
      onQuestion: () => Promise.resolve({ action: 'decline' }),
    },
  );
  expect(dismissed.replies).toEqual([
    { path: expect.stringMatching(/^\/question\/que_\w+\/reject$/), body: {} },
  ]);
  expect(dismissed.events.at(-1)).toMatchObject({
    code: 'stopped_after_tool',
    text: expect.stringContaining('refused'),
  });
  const nobody = await playRecording('23-permission-reject', { untilAnswered: true }, {});
  expect(nobody.replies).toMatchObject([{ body: { reply: 'reject' } }]);
});

test('an ask that names no call, and answers it does not offer', () => {
  const ask = { id: 'per_1', sessionID: 'ses_1', permission: 'doom_loop', patterns: ['bash'] };
  expect(permissionRequest(ask, undefined).toolCall).toMatchObject({
    id: 'per_1',
    title: 'doom_loop: bash',
    kind: 'other',
  });
  expect(permissionReply({ outcome: 'selected', optionId: 'nope' })).toEqual({ reply: 'reject' });
  expect(permissionReply({ outcome: 'cancelled' })).toBeNull();
  expect(permissionReply({ outcome: 'selected', optionId: 'reject', message: 'no' })).toEqual({
    reply: 'reject',
    message: 'no',
  });
  expect(
    questionAnswers(
      { id: 'q', sessionID: 's', questions: [{}, {}] },
      { action: 'accept', answers: { 1: ['x'] } },
    ),
  ).toEqual([[], ['x']]);
});

test('a server that never confirms an abort is given up after the deadline', async () => {
  const stop = new AbortController();
  const { result } = await playRecording(
    '20-permission-once',
    { untilAnswered: true, deaf: true },
    {
      signal: stop.signal,
      onPermission: () => {
        stop.abort();
        return new Promise(() => {});
      },
    },
  );
  expect(result).toMatchObject({
    ok: false,
    error: {
      code: 'cancelled',
      message: expect.stringContaining('did not answer the cancel, so its session was closed'),
      details: { by: 'session_closed' },
    },
  });
});

test('what a stopped turn says late is no end of the next one, and no turn waits for ever', () => {
  const progress = new TurnProgress('ses_1', 'msg_1');
  const error = { name: 'MessageAbortedError', data: { message: 'Aborted' } };
  expect(progress.observe({ type: 'session.error', sessionID: 'ses_1', error })).toBeNull();
  expect(progress.error).toBeNull();
  expect(progress.idleNow(true, 0)).toEqual({ kind: 'check', inMs: 2000 });
  expect(progress.idleNow(true, 60_000)).toEqual({ kind: 'finished' });
});
