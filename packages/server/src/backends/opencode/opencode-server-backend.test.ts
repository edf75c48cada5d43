import type { AgentEvent, PermissionOutcome, PermissionRequest } from '@pilotlight/protocol';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readStat } from '@pilotlight/keeper';
import { processMark } from './leftovers.ts';
import { OpenCodeServerBackend } from './opencode-server-backend.ts';
import { startPrompt, startRealHarness, type RealHarness } from '../../../test/opencode/real-harness.ts';

let harness: RealHarness;

beforeAll(async () => {
  harness = await startRealHarness();
}, 180_000);

afterAll(async () => {
  await harness[Symbol.asyncDispose]();
}, 60_000);

function isRunning(pid: number): boolean {
  const stat = readStat(pid);
  return stat !== null && stat.state !== 'Z';
}

/** Answers every permission the same and keeps what was asked. */
function answering(outcome: PermissionOutcome) {
  const asked: PermissionRequest[] = [];
  const onPermission = (request: PermissionRequest): Promise<PermissionOutcome> => {
    asked.push(request);
    return Promise.resolve(outcome);
  };
  return { asked, onPermission };
}

const ONCE: PermissionOutcome = { outcome: 'selected', optionId: 'once' };

function isText(event: AgentEvent): boolean {
  return event.type === 'text';
}

function isRunningTool(event: AgentEvent): boolean {
  return event.type === 'tool_update' && event.toolCall.status === 'in_progress';
}

async function serverPid(): Promise<number> {
  const [server] = await harness.backend.inspect();
  return server?.pid ?? 0;
}

describe('a turn of the real opencode', () => {
  test('streams reasoning and text, tells usage, commands and options', async () => {
    const path = harness.worktree('text');
    const handle = await harness.ensure('chat-text', path);
    expect(handle.agentSessionId).toMatch(/^ses_/);
    expect(handle.serverPort).toBeGreaterThan(0);
    expect(harness.backend.continuity(handle)).toBe('fresh');
    const { log, result } = harness.prompt(handle, path, 'Say it. [[text]]');
    expect(await result).toEqual({ ok: true });
    expect(log.text).toBe('Finished x.');
    expect(log.reasoning).toBe('Thinking it over. ');
    expect(log.events.findLast(({ type }) => type === 'usage')).toMatchObject({
      usage: { contextSize: 200_000, contextUsed: 120, cost: { currency: 'USD' } },
    });
    const told = harness.host.outside;
    expect(told.find(({ type }) => type === 'commands')).toMatchObject({
      commands: expect.arrayContaining([expect.objectContaining({ name: 'init' })]),
    });
    expect(told.find(({ type }) => type === 'config')).toMatchObject({
      options: [
        { id: 'model', currentValue: 'fake/fake-model' },
        { id: 'mode', currentValue: 'build' },
        { id: 'thinking', currentValue: 'default' },
      ],
    });
    expect(JSON.stringify(told)).not.toContain('dummy');
  });

  test('a second prompt finds its conversation warm', async () => {
    const path = harness.worktree('warm');
    const handle = await harness.ensure('chat-warm', path);
    await harness.prompt(handle, path, 'First. [[text tag=one]]').result;
    const again = await harness.ensure('chat-warm', path);
    expect(again).toEqual(handle);
    expect(harness.backend.continuity(again)).toBe('live');
    const started = performance.now();
    const { log, result } = harness.prompt(again, path, 'Second. [[text tag=two]]');
    await log.waitFor(() => true);
    const firstEvent = performance.now() - started;
    expect(await result).toEqual({ ok: true });
    expect(log.text).toBe('Finished two.');
    expect(firstEvent).toBeLessThan(2000);
  });

  test('a long answer arrives whole', async () => {
    const path = harness.worktree('long');
    const handle = await harness.ensure('chat-long', path);
    const { log, result } = harness.prompt(handle, path, '[[text 2000 delay=0]]');
    expect(await result).toEqual({ ok: true });
    expect(log.text.split(' ').filter(Boolean)).toEqual(
      Array.from({ length: 2000 }, (_, index) => `word${index}`),
    );
  });

  test('an edit asks, is allowed, and shows what it wrote', async () => {
    const path = harness.worktree('write');
    const handle = await harness.ensure('chat-write', path);
    const { asked, onPermission } = answering(ONCE);
    const { log, result } = harness.prompt(handle, path, `[[write tag=w cwd=${path}]]`, { onPermission });
    expect(await result).toEqual({ ok: true });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.options.map(({ optionId, kind }) => [optionId, kind])).toEqual([
      ['once', 'allow_once'],
      ['always', 'allow_always'],
      ['reject', 'reject_once'],
    ]);
    expect(asked[0]?.toolCall).toMatchObject({ id: log.tools[0]?.id, kind: 'edit' });
    expect(JSON.stringify(asked[0]?.toolCall.content)).toContain('written w');
    expect(readFileSync(join(path, 'written-w.txt'), 'utf8')).toBe('written w\n');
    expect(log.tools).toMatchObject([
      {
        kind: 'edit',
        status: 'completed',
        content: [{ type: 'diff', oldText: null, newText: 'written w\n' }],
      },
    ]);
  });

  test('a refused command ends the turn with a word about it', async () => {
    const path = harness.worktree('reject');
    const handle = await harness.ensure('chat-reject', path);
    const { onPermission } = answering({ outcome: 'selected', optionId: 'reject' });
    const { log, result } = harness.prompt(handle, path, `[[shell tag=r cwd=${path}]]`, { onPermission });
    expect(await result).toEqual({ ok: true });
    expect(log.tools).toMatchObject([{ kind: 'execute', status: 'failed' }]);
    expect(log.events.at(-1)).toMatchObject({ type: 'notice', code: 'stopped_after_tool' });
    expect(existsSync(join(path, 'proof-r.txt'))).toBe(false);
  });

  test('a refusal with words lets the agent go on', async () => {
    const path = harness.worktree('words');
    const handle = await harness.ensure('chat-words', path);
    const { onPermission } = answering({
      outcome: 'selected',
      optionId: 'reject',
      message: 'Use another way',
    });
    const { log, result } = harness.prompt(handle, path, `[[shell tag=r cwd=${path}]]`, { onPermission });
    expect(await result).toEqual({ ok: true });
    expect(JSON.stringify(log.tools[0]?.content)).toContain('Use another way');
    expect(log.text).toContain('Finished r.');
  });

  test('without anybody to ask, everything is refused', async () => {
    const path = harness.worktree('nobody');
    const handle = await harness.ensure('chat-nobody', path);
    const { log, result } = harness.prompt(handle, path, `[[shell tag=n cwd=${path}]]`);
    expect(await result).toEqual({ ok: true });
    expect(log.tools).toMatchObject([{ status: 'failed' }]);
  });

  test('a slash command of its own runs its own way', async () => {
    const path = harness.worktree('command');
    const handle = await harness.ensure('chat-command', path);
    const { log, result } = harness.prompt(handle, path, '/init [[text tag=cmd]]');
    expect(await result).toEqual({ ok: true });
    expect(log.text).toBe('Finished cmd.');
  });

  test('files and images go with the prompt', async () => {
    const path = harness.worktree('files');
    const handle = await harness.ensure('chat-files', path);
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
    const events: AgentEvent[] = [];
    const result = await harness.backend.prompt(
      handle,
      {
        content: [
          { type: 'text', text: 'Look. [[text tag=files]]' },
          { type: 'image', mimeType: 'image/png', data: png },
          { type: 'resource_link', uri: `file://${path}/README.md`, name: 'README.md' },
          { type: 'resource_link', uri: `file://${path}/gone.png`, name: 'gone.png', mimeType: 'image/png' },
          { type: 'resource', resource: { uri: 'note:1', text: 'a note' } },
        ],
      },
      {
        worktreePath: path,
        model: null,
        signal: new AbortController().signal,
        onEvent: (event) => events.push(event),
      },
    );
    expect(result).toEqual({ ok: true });
    expect(events.some(isText)).toBe(true);
  });

  test('two conversations in two directories run side by side', async () => {
    const [one, two] = [harness.worktree('side-1'), harness.worktree('side-2')];
    const handles = await Promise.all([harness.ensure('chat-1', one), harness.ensure('chat-2', two)]);
    const runs = [
      harness.prompt(handles[0]!, one, `[[shell tag=one cwd=.]]`, answering(ONCE)),
      harness.prompt(handles[1]!, two, `[[shell tag=two cwd=.]]`, answering(ONCE)),
    ];
    expect(await Promise.all(runs.map(({ result }) => result))).toEqual([{ ok: true }, { ok: true }]);
    expect(runs.map(({ log }) => log.text)).toEqual([
      expect.stringContaining('Finished one.'),
      expect.stringContaining('Finished two.'),
    ]);
    expect(readFileSync(join(one, 'proof-one.txt'), 'utf8')).toBe('ran-one\n');
    expect(readFileSync(join(two, 'proof-two.txt'), 'utf8')).toBe('ran-two\n');
    expect((await harness.backend.inspect())[0]?.chatIds).toEqual(
      expect.arrayContaining(['chat-1', 'chat-2']),
    );
  });
});

describe('cancelling', () => {
  test('in the middle of text, and the next prompt works', async () => {
    const path = harness.worktree('cancel-text');
    const handle = await harness.ensure('chat-cancel-text', path);
    const running = harness.prompt(handle, path, '[[slow 500]]');
    await running.log.waitFor(isText);
    running.cancel();
    expect(await running.result).toMatchObject({
      ok: false,
      error: { code: 'cancelled', details: { by: 'acknowledged' } },
    });
    const said = running.log.events.length;
    const next = harness.prompt(handle, path, '[[text tag=after]]');
    expect(await next.result).toEqual({ ok: true });
    expect(next.log.text).toBe('Finished after.');
    expect(running.log.events).toHaveLength(said);
  });

  test('in the middle of a command, which ends', async () => {
    const path = harness.worktree('cancel-tool');
    const handle = await harness.ensure('chat-cancel-tool', path);
    const running = harness.prompt(handle, path, `[[slow-tool 60 tag=c cwd=${path}]]`, answering(ONCE));
    await running.log.waitFor(isRunningTool);
    await harness.fileAppears(join(path, 'slow-c.pid'));
    const pid = Number(readFileSync(join(path, 'slow-c.pid'), 'utf8'));
    running.cancel();
    expect(await running.result).toMatchObject({
      ok: false,
      error: { code: 'cancelled', details: { by: 'acknowledged' } },
    });
    expect(running.log.tools.map(({ status }) => status)).not.toContain('in_progress');
    expect(isRunning(pid)).toBe(false);
  });

  test('with a permission open, which is gone from the server afterwards', async () => {
    const path = harness.worktree('cancel-ask');
    const handle = await harness.ensure('chat-cancel-ask', path);
    const asked = Promise.withResolvers<void>();
    const onPermission = (): Promise<PermissionOutcome> => {
      asked.resolve();
      return new Promise(() => {});
    };
    const running = harness.prompt(handle, path, `[[shell tag=q cwd=${path}]]`, { onPermission });
    await asked.promise;
    running.cancel();
    expect(await running.result).toMatchObject({
      error: { code: 'cancelled', details: { by: 'acknowledged' } },
    });
    expect(await harness.ask('/permission', path)).toEqual([]);
    expect(existsSync(join(path, 'proof-q.txt'))).toBe(false);
  });

  test('before the prompt is sent, and at once after it', async () => {
    const path = harness.worktree('cancel-early');
    const handle = await harness.ensure('chat-cancel-early', path);
    const before = harness.prompt(handle, path, '[[text]]', { signal: AbortSignal.abort() });
    expect(await before.result).toMatchObject({ error: { code: 'cancelled' } });
    expect(before.log.events).toEqual([]);
    const at = harness.prompt(handle, path, '[[slow 500]]');
    at.cancel();
    expect(await at.result).toMatchObject({ error: { code: 'cancelled', details: { by: 'acknowledged' } } });
    const next = harness.prompt(handle, path, '[[text tag=next]]');
    expect(await next.result).toEqual({ ok: true });
  });
});

describe('what goes wrong', () => {
  test('a limit that resets in hours is not waited for in the turn', async () => {
    const path = harness.worktree('limit');
    const handle = await harness.ensure('chat-limit', path);
    const before = Date.now();
    const { error } = await harness.prompt(handle, path, '[[error 429 after=7200 tag=limit]]').result;
    expect(error).toMatchObject({ code: 'agent_usage_limit' });
    const resetsAt = Number(error?.details?.['resetsAt']);
    expect(resetsAt).toBeGreaterThanOrEqual(before + 7_190_000);
    expect(resetsAt).toBeLessThanOrEqual(Date.now() + 7_210_000);
    // Nothing of it runs on: the next prompt is answered at once.
    expect(await harness.prompt(handle, path, '[[text tag=after]]').result).toEqual({ ok: true });
  });

  test('an error of the model provider is told with its status', async () => {
    const path = harness.worktree('error');
    const handle = await harness.ensure('chat-error', path);
    const { result } = harness.prompt(handle, path, '[[error 400]]');
    expect(await result).toMatchObject({
      ok: false,
      error: {
        code: 'agent_failed',
        message: expect.stringContaining('Scripted error 400'),
        details: { status: 400 },
      },
    });
    const denied = harness.prompt(handle, path, '[[error 401]]');
    expect(await denied.result).toMatchObject({
      error: { code: 'agent_login_required', message: expect.stringContaining('opencode auth login') },
    });
  });

  test('an unknown model is refused before anything is sent', async () => {
    const path = harness.worktree('model');
    const handle = await harness.ensure('chat-model', path);
    const { result } = harness.prompt(handle, path, '[[text]]', { model: 'fake/nope' });
    expect(await result).toMatchObject({
      ok: false,
      error: { code: 'model_unknown', message: expect.stringContaining('fake/fake-model-2') },
    });
    const other = harness.prompt(handle, path, '[[text tag=m]]', { model: 'fake/fake-model-2' });
    expect(await other.result).toEqual({ ok: true });
    expect(harness.model.requests.at(-1)?.model).toBe('fake-model-2');
  });

  test('modes and thinking levels are checked and told', async () => {
    const path = harness.worktree('configure');
    const handle = await harness.ensure('chat-configure', path);
    await harness.backend.configure(handle, { mode: 'plan', options: { thinking: 'high' } });
    expect(harness.host.outside.findLast(({ type }) => type === 'config')).toMatchObject({
      options: [
        { id: 'model' },
        { id: 'mode', currentValue: 'plan' },
        { id: 'thinking', currentValue: 'high' },
      ],
    });
    await expect(harness.backend.configure(handle, { mode: 'nope' })).rejects.toMatchObject({
      code: 'option_unknown',
    });
    await expect(harness.backend.configure(handle, { options: { thinking: 'nope' } })).rejects.toMatchObject({
      code: 'option_unknown',
    });
    await expect(harness.backend.configure(handle, { model: 'nope' })).rejects.toMatchObject({
      code: 'model_unknown',
    });
    expect(await harness.prompt(handle, path, '[[text]]').result).toEqual({ ok: true });
  });

  test('a worktree that is not there', async () => {
    const path = harness.worktree('gone');
    const handle = await harness.ensure('chat-gone', path);
    rmSync(path, { recursive: true });
    expect(await harness.prompt(handle, path, '[[text]]').result).toMatchObject({
      error: { code: 'worktree_missing' },
    });
    await expect(harness.ensure('chat-gone', path)).rejects.toMatchObject({ code: 'worktree_missing' });
  });

  test('a conversation that the server does not know any more is begun anew', async () => {
    const path = harness.worktree('forgotten');
    harness.host.stored.set('chat-forgotten opencode', {
      agentSessionId: 'ses_ffffffffffffffffffffffffff',
      serverPort: 1,
    });
    const handle = await harness.ensure('chat-forgotten', path);
    expect(harness.backend.continuity(handle)).toBe('fresh');
    expect(harness.host.stored.get('chat-forgotten opencode')?.agentSessionId).toBe(handle.agentSessionId);
  });
});

describe('the server process', () => {
  test('its password lies in a file only the owner reads', async () => {
    await harness.ensure('chat-file', harness.worktree('file'));
    const file = join(harness.stateFolder, 'server.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      pid: await serverPid(),
      password: expect.any(String),
    });
  });

  test('killed between turns: the next prompt finds the conversation again', async () => {
    const path = harness.worktree('killed');
    const handle = await harness.ensure('chat-killed', path);
    await harness.prompt(handle, path, 'Before. [[text tag=before]]').result;
    const pid = await serverPid();
    process.kill(pid, 'SIGKILL');
    await harness.host.until((residency) => residency.some((line) => line.includes('ended by SIGKILL')));
    // It was one death, and the next need starts another: no reason to go round it.
    expect(harness.backend.health()).toBe('up');
    const again = await harness.ensure('chat-killed', path);
    expect(again.agentSessionId).toBe(handle.agentSessionId);
    expect(harness.backend.continuity(again)).toBe('resumed');
    expect(await serverPid()).not.toBe(pid);
    const next = harness.prompt(again, path, 'After. [[text tag=after]]');
    expect(await next.result).toEqual({ ok: true });
    expect(await harness.ask(`/session/${handle.agentSessionId}/message`, path)).toHaveLength(4);
  });

  test('killed in the middle of a command: the turn says so and the command ends', async () => {
    const path = harness.worktree('killed-busy');
    const handle = await harness.ensure('chat-killed-busy', path);
    const running = harness.prompt(handle, path, `[[slow-tool 60 tag=k cwd=${path}]]`, answering(ONCE));
    await running.log.waitFor(isRunningTool);
    await harness.fileAppears(join(path, 'slow-k.pid'));
    const command = Number(readFileSync(join(path, 'slow-k.pid'), 'utf8'));
    process.kill(await serverPid(), 'SIGKILL');
    expect(await running.result).toMatchObject({
      ok: false,
      error: { code: 'agent_failed', message: expect.stringContaining('SIGKILL') },
    });
    // The next start waits until the last life is cleared away.
    await harness.ensure('chat-killed-busy', path);
    expect(isRunning(command)).toBe(false);
    expect(await harness.prompt(handle, path, '[[text tag=on]]').result).toEqual({ ok: true });
  });

  test('without conversations it is ended after a while, and a closed one is found again', async () => {
    await using own = await startRealHarness();
    const { agents, processes, host, stateFolder } = own;
    const backend = new OpenCodeServerBackend({
      agents,
      agentId: 'opencode',
      processes,
      host,
      stateFolder,
      idleMs: 50,
    });
    const path = own.worktree('idle');
    const opts = {
      agent: 'opencode',
      model: null,
      chatId: 'chat-idle',
      worktreePath: path,
      worktreeId: null,
      projectId: 'p',
    };
    const handle = await backend.ensureSession('s', opts);
    expect(await startPrompt(backend, handle, path, '[[text]]').result).toEqual({ ok: true });
    const [server] = await backend.inspect();
    await backend.closeSession(handle);
    await expect.poll(() => isRunning(server!.pid), { timeout: 10_000 }).toBe(false);
    expect(await backend.inspect()).toEqual([]);
    expect(backend.health()).toBe('up');
    const again = await backend.ensureSession('s', opts);
    expect(again.agentSessionId).toBe(handle.agentSessionId);
    expect(backend.continuity(again)).toBe('resumed');
    await backend.dispose();
  }, 60_000);

  test('after dispose nothing is left', async () => {
    await using own = await startRealHarness();
    const path = own.worktree('dispose');
    const handle = await own.ensure('chat-dispose', path);
    const running = own.prompt(handle, path, `[[slow-tool 60 tag=d cwd=${path}]]`, answering(ONCE));
    await running.log.waitFor(isRunningTool);
    await own.fileAppears(join(path, 'slow-d.pid'));
    const [server] = await own.backend.inspect();
    const mark = processMark(server!.pid);
    await own.backend.dispose();
    expect(await running.result).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(mark).not.toBeNull();
    const left = readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && processMark(Number(name)) === mark,
    );
    expect(left).toEqual([]);
    expect(existsSync(join(own.stateFolder, 'server.json'))).toBe(false);
    await expect(own.ensure('chat-dispose', path)).rejects.toMatchObject({ code: 'server_stopping' });
  }, 60_000);
});
