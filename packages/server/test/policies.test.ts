/** What policies do with the requests of a turn, on a real store and journal, and over HTTP with a real agent. */
import {
  emptyToolSnapshot,
  type NewPolicyRule,
  type PermissionOption,
  type PermissionRequest,
} from '@pilotlight/protocol';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dryRun } from '../src/dispatch/policies/dry-run.ts';
import { Home, say } from './composed-harness.ts';
import { startDispatch } from './dispatch-harness.ts';

const OPTIONS: PermissionOption[] = [
  { optionId: 'once', name: 'Once', kind: 'allow_once' },
  { optionId: 'always', name: 'Always', kind: 'allow_always' },
  { optionId: 'no', name: 'No', kind: 'reject_once' },
  { optionId: 'never', name: 'Never', kind: 'reject_always' },
];

/** An agent that asks three things at once, and says what it was answered. */
const THREE = `
  const waiting = new Map();
  let next = 1;
  let cancelled = false;
  const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
  const ask = (method, params) => new Promise((resolve) => { waiting.set(next, resolve); send({ id: next++, method, params }); });
  const options = [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }, { optionId: 'no', name: 'No', kind: 'reject_once' }];
  const permission = (sessionId, toolCallId) => ask('session/request_permission', { sessionId, toolCall: { toolCallId, title: toolCallId }, options });
  const form = (sessionId) => ask('elicitation/create', { mode: 'form', sessionId, message: 'c', requestedSchema: { type: 'object', properties: { x: { type: 'string' } } } });
  const methods = {
    initialize: () => ({ protocolVersion: 1 }),
    'session/new': () => ({ sessionId: 's' }),
    'session/cancel': () => { cancelled = true; },
    'session/prompt': async ({ sessionId }) => {
      const all = await Promise.all([permission(sessionId, 'a'), permission(sessionId, 'b'), form(sessionId)]);
      send({ method: 'session/update', params: { sessionId, update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: JSON.stringify(all) } } } });
      return { stopReason: cancelled ? 'cancelled' : 'end_turn' };
    },
  };
  const handle = async ({ id, method, params, result }) => {
    if (!method) return waiting.get(id)?.(result);
    const answer = await methods[method]?.(params);
    if (id !== undefined) send({ id, result: answer ?? {} });
  };
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => handle(JSON.parse(line))).on('close', () => process.exit());
`;

let calls = 0;
function run(command: string, options = OPTIONS): PermissionRequest {
  const toolCall = { ...emptyToolSnapshot(`call-${++calls}`), title: command, rawInput: { command } };
  return { toolCall: { ...toolCall, kind: 'execute' }, options };
}

type Dispatch = ReturnType<typeof startDispatch>;

/** A turn that runs and asks. */
async function desk(d: Dispatch) {
  const made = await d.chat();
  d.submit(made.chat.id, 'go');
  const asked = await d.backend.asked();
  const ask = (request: PermissionRequest) => asked.ctx.onPermission?.(request);
  const pending = () => d.store.permissions.list({ chatId: made.chat.id, state: 'pending' });
  return { ...made, asked, ask, pending };
}

describe('a policy', () => {
  it('answers by the first rule that applies, and says which on the row, in the chat and in no inbox', async () => {
    await using d = startDispatch();
    const { chat, session, project, ask, pending } = await desk(d);
    d.policies.add('project', project.id, { action: 'allow', command: 'git *' });
    d.policies.add('session', session.id, { action: 'deny', command: 'git push *' });
    expect(await ask(run('git status'))).toEqual({ outcome: 'selected', optionId: 'once' });
    expect(await ask(run('git push origin'))).toEqual({
      outcome: 'selected',
      optionId: 'no',
      message: 'A rule of the user forbids this (git push *).',
    });
    const open = ask(run('git status && make'));
    expect(pending()).toMatchObject([{ title: 'git status && make', decision: null }]);
    const rows = Object.values(d.state(chat.id).permissions);
    expect(rows).toMatchObject([
      {
        state: 'answered',
        answeredBy: 'rule',
        decision: { by: 'rule', scope: 'project', rule: { command: 'git *' } },
      },
      { state: 'answered', answeredBy: 'rule', decision: { by: 'rule', scope: 'session' } },
      { state: 'pending', subject: { kind: 'execute', commands: ['git status && make'], complete: true } },
    ]);
    expect(Object.keys(d.journal.indexState().permissions)).toEqual([rows[2]?.id]);
    d.permissions.answer(rows[2]?.id ?? '', { optionId: 'no' });
    expect(await open).toEqual({ outcome: 'selected', optionId: 'no' });
    expect(d.store.permissions.get(rows[2]?.id ?? '')?.decision).toEqual({ by: 'user' });
  });

  it('answers what is open when it changes, and leaves the rest', async () => {
    await using d = startDispatch();
    const one = await desk(d);
    const other = await desk(d);
    const answers = [one.ask(run('npm test')), one.ask(run('rm x')), other.ask(run('npm test'))];
    expect([one.pending().length, other.pending().length]).toEqual([2, 1]);
    d.policies.add('session', one.session.id, { action: 'allow', command: 'npm test' });
    expect(await answers[0]).toMatchObject({ optionId: 'once' });
    expect([one.pending().length, other.pending().length]).toEqual([1, 1]);
    d.policies.update('session', one.session.id, { mode: 'allow_all' });
    expect(await answers[1]).toMatchObject({ optionId: 'once' });
    d.policies.update('project', other.project.id, { mode: 'allow_in_worktree' });
    expect(await answers[2]).toMatchObject({ optionId: 'once' });
    expect(d.state(one.chat.id).chat?.activity).toBe('running');
  });

  it('asks where the agent offers nothing that would say it', async () => {
    await using d = startDispatch();
    const { session, ask, pending } = await desk(d);
    d.policies.add('session', session.id, { action: 'allow', kind: 'execute' });
    const onlyAlways = OPTIONS.filter(({ kind }) => kind !== 'allow_once');
    void ask(run('ls', onlyAlways));
    expect(pending()).toHaveLength(1);
    d.policies.update('session', session.id, { mode: 'allow_all', rules: [] });
    expect(pending()).toEqual([]);
  });

  it('takes a change only from the revision it was made from, and keeps rules that stay', async () => {
    await using d = startDispatch();
    const { session, project } = await d.chat();
    const first = d.policies.add('session', session.id, { action: 'allow', command: 'ls' });
    const [rule] = first.rules;
    expect(first).toMatchObject({ revision: 1, mode: null });
    expect(() => d.policies.update('session', session.id, { mode: 'ask', revision: 0 })).toThrow(
      /revision 1/,
    );
    const second = d.policies.update('session', session.id, {
      rules: [
        { action: 'deny', path: '.env' },
        { id: rule?.id ?? '', action: 'allow', command: 'ls' },
      ],
      revision: 1,
    });
    expect(second.rules[1]).toEqual(rule);
    expect(d.journal.indexState().policies).toEqual({ [session.id]: second });
    expect(d.policies.remove('session', session.id, rule?.id ?? '').rules).toHaveLength(1);
    expect(() => d.policies.remove('session', session.id, 'rul_none')).toThrow(/no rule rul_none/);
    expect(() => d.policies.get('project', 'prj_none')).toThrow(/no project/);
    d.policies.update('project', project.id, { mode: 'accept_edits' });
    await d.catalog.removeSession(session.id);
    expect(Object.keys(d.journal.indexState().policies)).toEqual([project.id]);
    expect(d.store.policies.list()).toHaveLength(1);
  });

  it('is tried on what was asked before', async () => {
    await using d = startDispatch();
    const { session, project, ask, pending } = await desk(d);
    for (const line of ['git status', 'git diff', 'git status && rm x', 'make']) void ask(run(line));
    const [status] = pending();
    d.permissions.answer(status?.id ?? '', { optionId: 'no' });
    const rules: NewPolicyRule[] = [{ action: 'allow', command: 'git *' }];
    const recent = d.store.permissions.recent('session', session.id, 100);
    expect(dryRun({ rules }, recent)).toMatchObject({
      considered: 4,
      allowed: 2,
      denied: 0,
      asked: 2,
      against: 1,
      answered: [{ title: 'git diff', action: 'allow' }, { title: 'git status' }],
    });
    expect(dryRun({ mode: 'allow_all' }, recent)).toMatchObject({ allowed: 4 });
    expect(d.store.permissions.recent('project', project.id, 2)).toHaveLength(2);
  });
});

describe('an "always"', () => {
  it('becomes a rule of the session, of which the agent is told once, and can be taken back', async () => {
    await using d = startDispatch();
    const { session, ask, pending } = await desk(d);
    const first = ask(run('npm test'));
    expect(pending()[0]?.always).toEqual([
      { action: 'allow', kind: 'execute', command: 'npm test' },
      { action: 'deny', kind: 'execute', command: 'npm test' },
    ]);
    const beside = ask(run('npm test'));
    const id = pending()[0]?.id ?? '';
    d.permissions.answer(id, { optionId: 'always', by: 'page' });
    expect(await first).toEqual({ outcome: 'selected', optionId: 'once' });
    expect(await beside).toEqual({ outcome: 'selected', optionId: 'once' });
    expect(d.store.permissions.get(id)?.answer).toEqual({ optionId: 'always', toldOptionId: 'once' });
    const { rules } = d.policies.get('session', session.id);
    expect(rules).toMatchObject([
      { action: 'allow', kind: 'execute', command: 'npm test', permissionId: id },
    ]);
    expect(await ask(run('npm test'))).toMatchObject({ optionId: 'once' });
    d.policies.remove('session', session.id, rules[0]?.id ?? '');
    void ask(run('npm test'));
    expect(pending()).toHaveLength(1);
  });

  it('goes to the project, or to the agent itself, where that is wanted or no rule can say it', async () => {
    await using d = startDispatch();
    const { session, project, ask, pending } = await desk(d);
    const deny = ask(run('curl x'));
    d.permissions.answer(pending()[0]?.id ?? '', { optionId: 'never', remember: 'project' });
    expect(await deny).toMatchObject({ optionId: 'no' });
    expect(d.policies.get('project', project.id).rules).toMatchObject([
      { action: 'deny', command: 'curl x' },
    ]);
    const agents = ask(run('make'));
    d.permissions.answer(pending()[0]?.id ?? '', { optionId: 'always', remember: 'agent' });
    expect(await agents).toMatchObject({ optionId: 'always' });
    const unsayable = ask(run('make $x'));
    d.permissions.answer(pending()[0]?.id ?? '', { optionId: 'always' });
    expect(await unsayable).toMatchObject({ optionId: 'always' });
    expect(d.policies.get('session', session.id).revision).toBe(0);
  });
});

describe('a deadline', () => {
  it('refuses once, declines a question, and is kept over a restart', async () => {
    const root = mkdtempSync(join(tmpdir(), 'pilotlight-deadline-'));
    const dead = startDispatch(root);
    const { chat, session, asked, ask, pending } = await desk(dead);
    dead.policies.update('session', session.id, { answerWithin: 60 });
    const late = ask(run('ls'));
    const form = asked.ctx.onQuestion?.({ message: 'Which?', fields: [], toolCallId: null });
    expect(pending().map(({ deadlineAt, createdAt }) => (deadlineAt ?? 0) - createdAt)).toEqual([
      60_000, 60_000,
    ]);
    dead.permissions.expire();
    expect(pending()).toHaveLength(2);
    dead.advance(60_000);
    dead.permissions.expire();
    expect(await late).toEqual({
      outcome: 'selected',
      optionId: 'no',
      message: 'Nobody answered within 60 s.',
    });
    expect(await form).toEqual({ action: 'decline' });
    expect(Object.values(dead.state(chat.id).permissions)).toMatchObject([
      { state: 'answered', answeredBy: 'deadline', decision: { by: 'deadline' } },
      { state: 'answered', answeredBy: 'deadline', answer: { declined: true } },
    ]);
    void ask(run('make'));
    const [open] = pending();
    dead.crash();
    await using next = startDispatch(root);
    next.advance(120_000);
    next.permissions.watchDeadlines();
    await vi.waitFor(() =>
      expect(next.store.permissions.get(open?.id ?? '')).toMatchObject({
        state: 'answered',
        answer: { optionId: 'no' },
        decision: { by: 'deadline' },
      }),
    );
    // What the turn asks again, told anew, gets that answer.
    const turn = next.store.turns.get(open?.turnId ?? '');
    if (turn === null) throw new Error('the turn is gone');
    expect(await next.permissions.asked(turn).permission(run('make'))).toBeNull();
    const again = {
      ...run('make'),
      toolCall: { ...emptyToolSnapshot(open?.toolCall?.id ?? ''), title: 'make' },
    };
    expect(await next.permissions.asked(turn).permission(again)).toMatchObject({ optionId: 'no' });
    next.recover();
    rmSync(root, { recursive: true, force: true });
  });
});

describe('three open questions of one turn', () => {
  it('are all released when it is cancelled, and none takes an answer any more', async () => {
    await using d = startDispatch();
    const { chat, asked, ask, pending } = await desk(d);
    const answers = [
      ask(run('a')),
      ask(run('b')),
      asked.ctx.onQuestion?.({ message: 'c', fields: [], toolCallId: null }),
    ];
    const ids = pending().map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(d.state(chat.id).chat?.activity).toBe('needs_you');
    d.dispatcher.cancelChat(chat.id);
    asked.end({ ok: false, error: { code: 'cancelled', message: 'cancelled' } });
    await d.dispatcher.drained();
    expect(await Promise.all(answers)).toEqual([
      { outcome: 'cancelled' },
      { outcome: 'cancelled' },
      { action: 'cancel' },
    ]);
    for (const id of ids) {
      expect(d.store.permissions.get(id)).toMatchObject({ state: 'cancelled', decision: null });
      expect(() => d.permissions.answer(id, { optionId: 'once' })).toThrow(/released/);
    }
    expect(d.state(chat.id).chat?.activity).toBe('idle');
  });
});

describe('a form', () => {
  it('goes to the agent only when the answers fit it', async () => {
    await using d = startDispatch();
    const { asked, pending } = await desk(d);
    const base = { question: '', choices: [], multiple: false, custom: true, required: false };
    const answer = asked.ctx.onQuestion?.({
      message: 'Set up',
      toolCallId: null,
      fields: [
        {
          ...base,
          id: 'port',
          title: 'Port',
          type: 'integer',
          limits: { minimum: 1, maximum: 65_535 },
          required: true,
        },
        { ...base, id: 'site', title: 'Site', limits: { format: 'uri' } },
        {
          ...base,
          id: 'colour',
          title: 'Colour',
          custom: false,
          choices: [{ value: 'red', label: 'Red' }],
        },
      ],
    });
    const id = pending()[0]?.id ?? '';
    const wrong = { port: ['70000'], site: ['nowhere'], colour: ['blue'], other: ['x'] };
    expect(() => d.permissions.answer(id, { answers: wrong })).toThrow(
      '"port" must be at most 65535; "site" takes an address such as https://example.com; "colour" takes one of: red; "other" is no field',
    );
    expect(() => d.permissions.answer(id, { answers: {} })).toThrow('"port" wants an answer');
    expect(pending()).toHaveLength(1);
    d.permissions.answer(id, { answers: { port: ['80'], colour: ['red'] } });
    expect(await answer).toEqual({ action: 'accept', answers: { port: ['80'], colour: ['red'] } });
  });
});

describe('over HTTP, with an agent', () => {
  let home: Home;
  beforeAll(async () => {
    const three = { id: 'three', name: 'Three', command: process.execPath, args: ['-e', THREE] };
    home = await Home.start([three]);
  });
  afterAll(() => home[Symbol.asyncDispose]());

  it('a rule lets a command run, a mode an edit, a deadline refuses, and the transcript says who', async () => {
    const { chat, session } = await home.desk();
    const { client } = home;
    await client.addPolicyRule('session', session.id, { action: 'allow', command: 'echo *' });
    await client.updatePolicy('session', session.id, { mode: 'accept_edits', answerWithin: 1 });
    for (const text of ['/run echo hi', '/write note.txt words', '/run true'])
      expect(await home.turn(chat, text)).toMatchObject({ state: 'completed' });
    const { permissions } = await client.listMessages(chat.id, {});
    expect(permissions.map(({ decision, answeredBy }) => [decision?.by, answeredBy])).toEqual([
      ['rule', 'rule'],
      ['mode', 'mode'],
      ['deadline', 'deadline'],
    ]);
    expect(
      await client.dryRunPolicy('session', session.id, { rules: [{ action: 'allow', command: 'true' }] }),
    ).toMatchObject({
      considered: 3,
      allowed: 1,
    });
    const { rules } = await client.getPolicy('session', session.id);
    expect((await client.removePolicyRule('session', session.id, rules[0]?.id ?? '')).rules).toEqual([]);
  });

  it('three open questions of a cancelled turn each reach the agent once, as cancelled', async () => {
    const { chat } = await home.desk('three');
    const { client } = home;
    const { id } = await client.submitPrompt(chat.id, say('go'));
    const { permissions } = await home.until(
      chat,
      (state) => Object.values(state.permissions).filter((one) => one.state === 'pending').length === 3,
    );
    await client.cancelTurn(id);
    expect(await client.waitForTurn(chat.id, id)).toMatchObject({
      state: 'cancelled',
      error: { details: { by: 'acknowledged' } },
    });
    expect(JSON.parse(await home.words(chat))).toEqual([
      { outcome: { outcome: 'cancelled' } },
      { outcome: { outcome: 'cancelled' } },
      { action: 'cancel' },
    ]);
    for (const one of Object.values(permissions)) {
      expect(await client.getPermission(one.id)).toMatchObject({ state: 'cancelled', answer: null });
      await expect(client.answerPermission(one.id, { optionId: 'yes' })).rejects.toMatchObject({
        code: 'permission_answered',
        details: { state: 'cancelled' },
      });
    }
  });

  it('a second answer is told who was first', async () => {
    const { chat, session } = await home.desk();
    const { client } = home;
    const { id } = await client.submitPrompt(chat.id, say('/run true'));
    const state = await home.until(chat, ({ permissions }) =>
      Object.values(permissions).some((one) => one.state === 'pending'),
    );
    const [open] = Object.values(state.permissions);
    await client.updatePolicy('session', session.id, { mode: 'allow_all' });
    await expect(client.answerPermission(open?.id ?? '', { optionId: 'allow-once' })).rejects.toMatchObject({
      code: 'permission_answered',
      details: { state: 'answered', answeredBy: 'mode', decision: { by: 'mode', mode: 'allow_all' } },
    });
    expect(await client.waitForTurn(chat.id, id)).toMatchObject({ state: 'completed' });
  });

  it('refuses what is no policy', async () => {
    const { session } = await home.desk();
    const put = (body: object) => home.client.updatePolicy('session', session.id, body as never);
    await expect(put({ mode: 'yes' })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(put({ rules: [{ action: 'allow', path: '../x' }] })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(put({ answerWithin: 0 })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(home.client.getPolicy('session', 'ses_none')).rejects.toMatchObject({
      code: 'session_not_found',
    });
    expect(await home.client.getPolicy('project', session.projectId)).toMatchObject({
      scope: 'project',
      revision: 0,
      rules: [],
    });
  });
});
