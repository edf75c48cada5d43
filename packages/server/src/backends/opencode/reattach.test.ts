import type {
  AgentEvent,
  AgentSessionHandle,
  PermissionOutcome,
  PermissionRequest,
  PromptCtx,
} from '@pilotlight/protocol';
import type { LeftProcess, ProcessPort } from '@pilotlight/keeper';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { KeptProcesses } from '../../../test/kept-processes.ts';
import {
  startPrompt,
  startRealHarness,
  takeUp,
  type RealHarness,
  type RunningPrompt,
  type TakenUp,
} from '../../../test/opencode/real-harness.ts';
import { transcript } from '../../../test/opencode/transcript.ts';
import { OpenCodeServerBackend } from './opencode-server-backend.ts';

vi.setConfig({ testTimeout: 60_000 });

let harness: RealHarness;
let kept: KeptProcesses;
/** the present life of ours: its backend and what it sees of the processes */
let backend: OpenCodeServerBackend;
let processes: ProcessPort;

beforeAll(async () => {
  harness = await startRealHarness((local) => (kept = new KeptProcesses(local)).port());
  ({ backend, processes } = harness);
}, 180_000);

afterAll(async () => {
  await backend.dispose();
  await harness[Symbol.asyncDispose]();
}, 60_000);

/** The present life lets go of everything. */
async function leave(): Promise<void> {
  await backend.leave('keep');
  await processes.dispose('leave');
}

/** The next life. Answers what the backend did not claim. */
async function comeBack(others: LeftProcess[] = []): Promise<LeftProcess[]> {
  const { agents, host, stateFolder } = harness;
  processes = kept.port();
  backend = new OpenCodeServerBackend({ agents, agentId: 'opencode', processes, host, stateFolder });
  return await backend.adopt([...(await processes.left()), ...others]);
}

interface Begun {
  path: string;
  handle: AgentSessionHandle;
  turnId: string;
  first: RunningPrompt;
  /** whether the promise of the first life has settled in whatever way */
  settled: () => boolean;
}

/** A turn, begun in the present life as the second of its chat. */
async function begin(name: string, prompt: string, ctx: Partial<PromptCtx> = {}): Promise<Begun> {
  const path = harness.worktree(name);
  const handle = await backend.ensureSession('session', {
    agent: 'opencode',
    model: null,
    chatId: `chat-${name}`,
    worktreePath: path,
    worktreeId: null,
    projectId: 'project',
  });
  await startPrompt(backend, handle, path, 'Before. [[text tag=before]]').result;
  const turnId = `turn-${name}`;
  const first = startPrompt(backend, handle, path, prompt.replace('CWD', path), { ...ctx, turnId });
  let settled = false;
  const settle = (): void => void (settled = true);
  first.result.then(settle, settle);
  return { path, handle, turnId, first, settled: () => settled };
}

function again({ handle, path, turnId }: Begun, ctx: Partial<PromptCtx> = {}): TakenUp {
  return takeUp(backend, handle, path, turnId, ctx);
}

function told({ again: before, after }: TakenUp): AgentEvent[] {
  return [...before.events, ...after.events];
}

function usage(events: readonly AgentEvent[]): AgentEvent | undefined {
  return events.findLast(({ type }) => type === 'usage');
}

function isText(event: AgentEvent): boolean {
  return event.type === 'text';
}

function isRunningTool(event: AgentEvent): boolean {
  return event.type === 'tool_update' && event.toolCall.status === 'in_progress';
}

/** Answers every permission and keeps what was asked. */
function allowing() {
  const asked: PermissionRequest[] = [];
  const onPermission = (request: PermissionRequest): Promise<PermissionOutcome> => {
    asked.push(request);
    return Promise.resolve({ outcome: 'selected', optionId: 'once' });
  };
  return { asked, onPermission };
}

async function serverPid(): Promise<number> {
  return (await backend.inspect())[0]?.pid ?? 0;
}

test('in the middle of a text: it arrives whole, as in an undisturbed turn', async () => {
  const undisturbed = await begin('whole', '[[hold whole tag=m]]');
  harness.model.release('whole');
  expect(await undisturbed.first.result).toEqual({ ok: true });
  const begun = await begin('text', '[[hold text tag=m]]');
  await begun.first.log.waitFor(isText);
  const pid = await serverPid();
  await leave();
  const toldFirst = begun.first.log.events.length;
  const stranger = { id: 'x', owner: 'claude', tag: '{}', exit: null } as LeftProcess;
  expect(await comeBack([stranger])).toEqual([stranger]);
  expect(await serverPid()).toBe(pid);
  const taken = again(begun);
  await taken.again.waitFor(({ type }) => type === 'reasoning');
  harness.model.release('text');
  expect(await taken.result).toEqual({ ok: true });
  expect(backend.continuity(begun.handle)).toBe('live');
  expect(transcript(told(taken))).toEqual(transcript(undisturbed.first.log.events));
  expect(usage(told(taken))).toEqual(usage(undisturbed.first.log.events));
  // What was written down is told before the rest, the text that ran whole.
  expect(begun.first.log.text).toBe('Holding. ');
  expect(taken.again.text).toBe('Holding. Finished m.');
  expect(begun.settled()).toBe(false);
  expect(begun.first.log.events).toHaveLength(toldFirst);
  const next = startPrompt(backend, begun.handle, begun.path, 'On. [[text tag=on]]');
  expect(await next.result).toEqual({ ok: true });
  expect(next.log.text).toBe('Finished on.');
});

test('while a tool runs: it is told again, and goes on', async () => {
  const begun = await begin('tool', '[[slow-tool 6 tag=t cwd=CWD]]', allowing());
  await begun.first.log.waitFor(isRunningTool);
  await harness.fileAppears(join(begun.path, 'slow-t.pid'));
  await leave();
  await comeBack();
  const { asked, onPermission } = allowing();
  const taken = again(begun, { onPermission });
  await taken.caughtUp;
  expect(backend.continuity(begun.handle)).toBe('reattached');
  expect(taken.again.text).toBe('I will use a tool.');
  expect(taken.again.tools).toMatchObject([{ id: begun.first.log.tools[0]?.id, status: 'in_progress' }]);
  expect(await taken.result).toEqual({ ok: true });
  expect(asked).toEqual([]);
  expect(taken.after.events.some(({ type }) => type === 'tool_call')).toBe(false);
  expect(taken.after.tools).toMatchObject([{ status: 'completed' }]);
  expect(taken.after.text).toBe('Finished t.');
  expect(taken.after.reasoning).toBe('Thinking it over. ');
  expect(readFileSync(join(begun.path, 'slow-t.txt'), 'utf8')).toBe('finished-t\n');
});

test('with a permission open: it is asked again, of the same call, and the answer counts', async () => {
  const asked = Promise.withResolvers<PermissionRequest>();
  const begun = await begin('ask', '[[write tag=a cwd=CWD]]', {
    onPermission: (request) => {
      asked.resolve(request);
      return new Promise(() => {});
    },
  });
  const before = await asked.promise;
  await leave();
  await comeBack();
  const answer = allowing();
  const taken = again(begun, answer);
  expect(await taken.result).toEqual({ ok: true });
  expect(answer.asked).toHaveLength(1);
  expect(answer.asked[0]?.toolCall.id).toBe(before.toolCall.id);
  expect(answer.asked[0]).toEqual(before);
  expect(readFileSync(join(begun.path, 'written-a.txt'), 'utf8')).toBe('written a\n');
  expect(taken.again.tools.map(({ id }) => id)).toEqual([before.toolCall.id]);
});

test('a command of its own goes on too', async () => {
  const begun = await begin('command', '/init [[hold command tag=c]]');
  await begun.first.log.waitFor(isText);
  await leave();
  await comeBack();
  const taken = again(begun);
  await taken.again.waitFor(({ type }) => type === 'reasoning');
  harness.model.release('command');
  expect(await taken.result).toEqual({ ok: true });
  expect(taken.again.text).toBe('Holding. Finished c.');
});

test('let go in the moment of its prompt: it is as if it had not been sent, and runs when it is sent again', async () => {
  const begun = await begin('sent', '[[text tag=sent]]');
  await leave();
  await comeBack();
  await expect(again(begun).result).rejects.toMatchObject({ code: 'interrupted', details: { sent: false } });
  const { result } = startPrompt(backend, begun.handle, begun.path, '[[text tag=sent]]', {
    turnId: begun.turnId,
  });
  expect(await result).toEqual({ ok: true });
  // Both prompts and both answers of the chat.
  expect(await harness.ask(`/session/${begun.handle.agentSessionId}/message`, begun.path)).toHaveLength(4);
  expect(begun.settled()).toBe(false);
  expect(begun.first.log.events).toEqual([]);
});

test('ended while we were away: all of it is told, and how it ended', async () => {
  const begun = await begin('away', '[[hold away tag=w]]');
  await begun.first.log.waitFor(isText);
  await leave();
  harness.model.release('away');
  await expect.poll(() => harness.ask('/session/status', begun.path), { timeout: 20_000 }).toEqual({});
  await comeBack();
  const taken = again(begun);
  expect(await taken.result).toEqual({ ok: true });
  expect(taken.again.text).toBe('Holding. Finished w.');
  expect(taken.again.reasoning).toBe('Thinking it over. ');
  expect(taken.after.events).toEqual([]);
});

test('cancelled after it was taken up, in the middle of a tool', async () => {
  const begun = await begin('cancel', '[[slow-tool 60 tag=c cwd=CWD]]', allowing());
  await begun.first.log.waitFor(isRunningTool);
  await leave();
  await comeBack();
  const taken = again(begun);
  await taken.caughtUp;
  taken.cancel();
  expect(await taken.result).toMatchObject({
    ok: false,
    error: { code: 'cancelled', details: { by: 'acknowledged' } },
  });
  expect(await harness.ask('/session/status', begun.path)).toEqual({});
  expect(taken.after.tools.map(({ status }) => status)).not.toContain('in_progress');
});

test('a turn that is to be cancelled is taken up and stopped', async () => {
  const begun = await begin('stopped', '[[hold stopped tag=s]]');
  await begun.first.log.waitFor(isText);
  await leave();
  await comeBack();
  const taken = again(begun, { signal: AbortSignal.abort() });
  expect(await taken.result).toMatchObject({ error: { code: 'cancelled', details: { by: 'acknowledged' } } });
  await taken.caughtUp;
  expect(await harness.ask('/session/status', begun.path)).toEqual({});
});

test('a prompt that was never sent: it may be sent again', async () => {
  const begun = await begin('unsent', '[[text tag=u]]');
  await begun.first.result;
  await leave();
  await comeBack();
  const taken = again({ ...begun, turnId: 'turn-never' });
  await expect(taken.result).rejects.toMatchObject({ code: 'interrupted', details: { sent: false } });
  const unknown = again({ ...begun, handle: { ...begun.handle, agentSessionId: null } });
  await expect(unknown.result).rejects.toMatchObject({ code: 'interrupted', details: { sent: false } });
  expect([...told(taken), ...told(unknown)]).toEqual([]);
});

test('a server that was killed while we were away: the turn says so, and the next prompt starts another', async () => {
  const begun = await begin('killed', '[[hold killed tag=k]]');
  await begun.first.log.waitFor(isText);
  const pid = await serverPid();
  await leave();
  process.kill(pid, 'SIGKILL');
  await expect.poll(async () => (await processes.left())[0]?.exit).not.toBeNull();
  expect(await comeBack()).toEqual([]);
  expect(await processes.left()).toEqual([]);
  const taken = again(begun);
  await expect(taken.result).rejects.toMatchObject({
    code: 'interrupted',
    message: expect.stringContaining('SIGKILL'),
  });
  await expect(taken.result).rejects.not.toMatchObject({ details: { sent: false } });
  expect(told(taken)).toEqual([]);
  const next = startPrompt(backend, begun.handle, begun.path, 'On. [[text tag=on]]');
  expect(await next.result).toEqual({ ok: true });
  // It is the server of this life: nothing can be taken up from it.
  await expect(again(begun).result).rejects.toMatchObject({ code: 'interrupted' });
});

test('a server that does not take the stored password is ended', async () => {
  const begun = await begin('password', '[[hold password tag=p]]');
  await begun.first.log.waitFor(isText);
  await leave();
  const path = join(harness.stateFolder, 'server.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as { pid: number };
  writeFileSync(path, JSON.stringify({ ...file, password: 'wrong' }));
  expect(await comeBack()).toEqual([]);
  expect(() => process.kill(file.pid, 0)).toThrow('ESRCH');
  expect(await processes.left()).toEqual([]);
  await expect(again(begun).result).rejects.toMatchObject({
    code: 'interrupted',
    message: expect.stringContaining('401'),
  });
});
