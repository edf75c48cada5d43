import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitions, type DefectName } from './definitions.ts';
import { scriptedAgent } from './scripted-agent-command.ts';

interface Message {
  id?: number | string;
  method?: string;
  params?: { sessionId: string; update?: { sessionUpdate: string; content?: { text?: string } } };
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

/** Keeps the raw bytes of an agent and waits for text in them. */
class Probe implements AsyncDisposable {
  readonly child;
  readonly exited: Promise<unknown[]>;
  stderr = '';
  #bytes: Buffer[] = [];
  #size = 0;
  #wake = Promise.withResolvers<void>();
  #nextId = 1;

  constructor(defect: DefectName, ...args: string[]) {
    const { command, args: all } = scriptedAgent(defect, ...args);
    this.child = spawn(command, all, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    this.exited = once(this.child, 'exit');
    this.child.stderr.on('data', (chunk) => (this.stderr += String(chunk)));
    this.child.stdin.on('error', () => {});
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.#bytes.push(chunk);
      this.#size += chunk.length;
      this.#notify();
    });
    this.child.stdout.on('end', () => this.#notify());
  }

  get bytes(): Buffer {
    this.#bytes = [Buffer.concat(this.#bytes)];
    return this.#bytes[0] ?? Buffer.alloc(0);
  }

  /** The messages of the lines that are complete. */
  get messages(): Message[] {
    const { bytes } = this;
    const lines = bytes.toString('utf8', 0, bytes.lastIndexOf('\n') + 1).split('\n');
    return lines.flatMap((line) => (line.startsWith('{"') ? [JSON.parse(line) as Message] : []));
  }

  get text(): string {
    return this.messages.map((message) => message.params?.update?.content?.text ?? '').join('');
  }

  /** Waits for a text on stdout. */
  async until(text: string): Promise<void> {
    while (!this.bytes.includes(text)) await this.more();
  }

  async untilSize(size: number): Promise<void> {
    while (this.#size < size) await this.more();
  }

  async more(): Promise<void> {
    await this.#wake.promise;
  }

  write(message: object): void {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  send(method: string, params: object): number {
    const id = this.#nextId++;
    this.write({ id, method, params });
    return id;
  }

  async call(method: string, params: object): Promise<Message> {
    const id = this.send(method, params);
    for (;;) {
      const found = this.messages.find((message) => message.id === id && message.method === undefined);
      if (found) return found;
      await this.more();
    }
  }

  /** Initializes, opens a session and gives its id. */
  async open(): Promise<string> {
    await this.call('initialize', { protocolVersion: 1 });
    const { result } = await this.call('session/new', { cwd, mcpServers: [] });
    return String(result?.['sessionId']);
  }

  prompt(sessionId: string, text = 'hi'): Promise<Message> {
    return this.call('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      if (this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
    await this.exited;
  }

  #notify(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

let root: string;
let cwd: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pilotlight-scripted-'));
  cwd = join(root, 'work');
  mkdirSync(cwd);
});
afterEach(() => rmSync(root, { recursive: true }));

type Check = (probe: Probe, defect: DefectName) => Promise<void>;

/** The whole turn works and its text comes out, with the marks of the defect around it. */
function turnWith(...marks: string[]): Check {
  return async (probe, defect) => {
    const { result } = await probe.prompt(await probe.open());
    expect(result).toMatchObject({ stopReason: 'end_turn' });
    expect(probe.text).toContain(`hello from ${defect}`);
    const raw = probe.bytes.toString();
    for (const mark of marks) expect(raw).toContain(mark);
  };
}

/** The process ends with 7 and two lines on stderr once `last` was sent. */
function exits(last: 'nothing' | 'initialize' | 'new' | 'prompt', mark = ''): Check {
  return async (probe) => {
    const ended = once(probe.child.stderr, 'end');
    const output = once(probe.child.stdout, 'end');
    if (last === 'initialize' || last === 'new') probe.send('initialize', { protocolVersion: 1 });
    if (last === 'new') probe.send('session/new', { cwd, mcpServers: [] });
    if (last === 'prompt') await promptOnly(probe);
    expect(await probe.exited).toEqual([7, null]);
    await Promise.all([ended, output]);
    expect(probe.stderr.trim().split('\n')).toHaveLength(2);
    expect(probe.bytes.toString()).toContain(mark);
  };
}

async function promptOnly(probe: Probe): Promise<string> {
  const sessionId = await probe.open();
  probe.send('session/prompt', { sessionId, prompt: [{ type: 'text', text: 'hi' }] });
  return sessionId;
}

/** Asks something else, so that its answer proves that no other one is on its way. */
async function silentSoFar(probe: Probe, id: number): Promise<void> {
  const { error } = await probe.call('nothing/at_all', {});
  expect(error?.code).toBe(-32601);
  expect(probe.messages.filter((message) => message.id === id)).toEqual([]);
}

const checks: Record<DefectName, Check> = {
  'noise-before': turnWith('npm notice line 4000 '),
  'noise-during': turnWith('{not json\n', '\nnull\n'),
  'noise-flood': async (probe, defect) => {
    await turnWith()(probe, defect);
    expect(probe.bytes.indexOf('\n')).toBe(1024 * 1024);
  },
  'giant-line': async (probe) => {
    await promptOnly(probe);
    await probe.untilSize(10 * 1024 * 1024);
    await probe.until('"stopReason"');
    expect(probe.text).toHaveLength(10 * 1024 * 1024);
  },
  'oversize-line': async (probe) => {
    await promptOnly(probe);
    await probe.untilSize(64 * 1024 * 1024 + 1024);
    await probe.until('"stopReason"');
    const { bytes } = probe;
    const huge = bytes.indexOf('xxx');
    expect(bytes.indexOf('\n', huge) - bytes.lastIndexOf('\n', huge)).toBeGreaterThan(64 * 1024 * 1024);
  },
  'invalid-utf8': async (probe) => {
    await probe.prompt(await probe.open());
    expect(probe.bytes.includes(Buffer.from([0xff, 0xc3, 0x28, 0xfe]))).toBe(true);
    expect(probe.text).toMatch(/^hello .+from invalid-utf8$/);
  },
  'split-utf8': async (probe) => {
    await probe.prompt(await probe.open());
    expect(probe.text).toBe('hello 🔥 from split-utf8');
  },
  'stderr-flood': async (probe, defect) => {
    await turnWith()(probe, defect);
    expect(probe.stderr.length).toBeGreaterThanOrEqual(2 * 1024 * 1024);
  },
  'deep-json': turnWith('['.repeat(20_000)),
  'unknown-updates': turnWith('_vendor/weather', 'hologram', '"modeId"', '"used":null'),
  'string-ids': async (probe) => {
    probe.send('initialize', { protocolVersion: 1 });
    await probe.until('\n');
    expect(probe.messages[0]?.id).toBe('1');
  },
  'wrong-id': turnWith('"id":999999'),
  'answers-twice': turnWith('a second answer'),
  batch: async (probe) => {
    await promptOnly(probe);
    await probe.until(']\n');
    const batch = probe.bytes.toString().trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(batch)).toHaveLength(4);
  },
  'no-result': async (probe) => {
    const answer = await probe.prompt(await probe.open());
    expect(Object.keys(answer).sort()).toEqual(['id', 'jsonrpc']);
  },
  'wrong-version': async (probe) => {
    const { result } = await probe.call('initialize', { protocolVersion: 1 });
    expect(result?.['protocolVersion']).toBe(7);
  },
  'unknown-stop-reason': async (probe) => {
    const { result } = await probe.prompt(await probe.open());
    expect(result?.['stopReason']).toBe('coffee_break');
  },
  'error-auth-new': async (probe) => {
    expect((await probe.call('session/new', { cwd, mcpServers: [] })).error?.code).toBe(-32000);
  },
  'error-auth-prompt': async (probe) => {
    expect((await probe.prompt(await probe.open())).error?.code).toBe(-32000);
  },
  'needs-login': async (probe) => {
    expect((await probe.call('session/new', { cwd, mcpServers: [] })).error?.code).toBe(-32000);
    expect((await probe.call('authenticate', { methodId: 'nothing' })).error?.code).toBe(-32602);
    expect((await probe.call('authenticate', { methodId: 'browser' })).result).toEqual({});
    expect((await probe.prompt(await probe.open())).result?.['stopReason']).toBe('end_turn');
  },
  'model-needs-key': async (probe) => {
    expect((await probe.prompt(await probe.open())).error?.message).toContain('API key');
  },
  'usage-limit': async (probe) => {
    expect((await probe.prompt(await probe.open())).error?.message).toContain('usage limit');
  },
  'never-answers-initialize': async (probe) => {
    await silentSoFar(probe, probe.send('initialize', { protocolVersion: 1 }));
  },
  'never-answers-new': async (probe) => {
    await silentSoFar(probe, probe.send('session/new', { cwd, mcpServers: [] }));
  },
  'never-answers-prompt': async (probe) => {
    const sessionId = await probe.open();
    const id = probe.send('session/prompt', { sessionId, prompt: [] });
    probe.write({ method: 'session/cancel', params: { sessionId } });
    await silentSoFar(probe, id);
    expect(probe.text).toBe('');
  },
  'ignores-cancel': async (probe) => {
    const sessionId = await probe.open();
    const id = probe.send('session/prompt', { sessionId, prompt: [] });
    probe.write({ method: 'session/cancel', params: { sessionId } });
    await silentSoFar(probe, id);
    expect(probe.text).toBe('hello still working ');
  },
  'slow-start': async (probe, defect) => {
    const id = probe.send('initialize', { protocolVersion: 1 });
    await silentSoFar(probe, id);
    writeFileSync(join(root, 'gate'), '');
    await probe.until(`"id":${id}`);
    await turnWith()(probe, defect);
  },
  'stops-itself': async (probe) => {
    await promptOnly(probe);
    await probe.until('hello ');
    const { pid } = probe.child;
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) T /);
  },
  'ignores-sigterm': async (probe, defect) => {
    await turnWith()(probe, defect);
    probe.child.kill('SIGTERM');
    probe.child.kill('SIGHUP');
    const { error } = await probe.call('nothing/at_all', {});
    expect(error?.code).toBe(-32601);
    probe.child.stdin.end();
    probe.child.kill('SIGKILL');
    expect(await probe.exited).toEqual([null, 'SIGKILL']);
  },
  'exit-at-start': exits('nothing'),
  'exit-at-initialize': exits('initialize'),
  'exit-at-new': exits('new', '"protocolVersion":1'),
  'exit-at-prompt': exits('prompt'),
  'exit-mid-text': exits('prompt', '"from "'),
  'exit-mid-tool': exits('prompt', '"in_progress"'),
  'exit-with-permission-open': exits('prompt', 'session/request_permission'),
  'kill-self-mid-text': async (probe) => {
    const ended = once(probe.child.stdout, 'end');
    await promptOnly(probe);
    expect(await probe.exited).toEqual([null, 'SIGKILL']);
    await ended;
    expect(probe.text).toBe('hello ');
  },
  'grandchild-holds-pipe': async (probe) => {
    await promptOnly(probe);
    await probe.until('grandchild ');
    expect(await probe.exited).toEqual([7, null]);
    expect(probe.child.stdout.readableEnded).toBe(false);
    const grandchild = Number(/^grandchild (\d+)$/.exec(probe.text)?.[1]);
    expect(process.kill(grandchild, 0)).toBe(true);
    const ended = once(probe.child.stdout, 'end');
    process.kill(-(probe.child.pid ?? 0), 'SIGKILL');
    await ended;
  },
  'closes-stdout': async (probe) => {
    const ended = once(probe.child.stdout, 'end');
    await promptOnly(probe);
    await ended;
    expect(probe.text).toBe('hello ');
    expect(probe.child.exitCode).toBeNull();
    probe.child.stdin.end();
    expect(await probe.exited).toEqual([0, null]);
  },
  'half-line-then-exit': async (probe) => {
    const ended = once(probe.child.stdout, 'end');
    await promptOnly(probe);
    expect(await probe.exited).toEqual([7, null]);
    await ended;
    expect(probe.bytes.toString().endsWith('\n')).toBe(false);
  },
  'updates-after-end': async (probe) => {
    const sessionId = await probe.open();
    await probe.prompt(sessionId);
    await probe.prompt(sessionId);
    await probe.call('nothing/at_all', {});
    const once = 'hello from updates-after-end after the end';
    expect(probe.text).toBe(`${once}late from before ${once}`);
  },
  'permission-left-open': turnWith('session/request_permission'),
  'permission-never-listed-tool': async (probe) => {
    const sessionId = await promptOnly(probe);
    await probe.until('session/request_permission');
    const asked = probe.messages.find((message) => message.method === 'session/request_permission');
    probe.write({ id: asked?.id, result: { outcome: { outcome: 'selected', optionId: 'yes' } } });
    await probe.until('end_turn');
    expect(probe.messages.map((message) => message.params?.update?.sessionUpdate)).not.toContain('tool_call');
    expect(probe.messages.some((message) => message.params?.sessionId === sessionId)).toBe(true);
    expect(probe.bytes.toString()).toContain('"rawOutput":{"outcome"');
  },
  'duplicate-chunks-in-tools': turnWith('"status":"pending"', '"toolCallId":"bare"'),
  'many-sessions': async (probe) => {
    const ids = [await probe.open(), await probe.open(), await probe.open()];
    const results = await Promise.all(ids.map((id, index) => probe.prompt(id, `prompt ${index}`)));
    expect(results.map(({ result }) => result?.['stopReason'])).toEqual(['end_turn', 'end_turn', 'end_turn']);
    const mixed = probe.messages.filter((message) => message.params?.update);
    expect(mixed).toHaveLength(60);
    expect(new Set(mixed.slice(0, 12).map((message) => message.params?.sessionId)).size).toBeGreaterThan(1);
    for (const { params } of mixed) {
      const sessionId = params?.sessionId ?? '';
      expect(params?.update?.content?.text).toContain(`${sessionId}:prompt ${ids.indexOf(sessionId)}:`);
    }
  },
  'no-resume': async (probe, defect) => {
    await turnWith()(probe, defect);
    expect((await probe.call('session/resume', { sessionId: 'scripted_1' })).error?.code).toBe(-32601);
  },
  'load-only': async (probe) => {
    await probe.call('session/load', { sessionId: 'scripted_1', cwd, mcpServers: [] });
    expect(probe.text).toBe('earlier questionearlier answer');
    expect(probe.messages.at(-1)?.result).toEqual({});
  },
  'load-replay-late': async (probe) => {
    await probe.call('session/load', { sessionId: 'scripted_1', cwd, mcpServers: [] });
    await probe.call('nothing/at_all', {});
    const kinds = probe.messages.map((message) => message.params?.update?.sessionUpdate);
    expect(kinds.slice(0, 5)).toEqual([
      'user_message_chunk',
      'agent_message_chunk',
      undefined,
      'user_message_chunk',
      'agent_message_chunk',
    ]);
  },
  'resume-replays': async (probe) => {
    await probe.call('session/resume', { sessionId: 'scripted_1', cwd });
    expect(probe.text).toBe('earlier questionearlier answer');
  },
  'fs-escape': async (probe) => {
    const turn = promptOnly(probe);
    const asked: string[] = [];
    await answering(probe, turn, (message) => {
      const { path } = message.params as unknown as { path: string };
      asked.push(path.replace(root, ''));
      return { error: { code: -32602, message: 'refused' } };
    });
    expect(asked).toContain('/work/../outside.txt');
    expect(asked).toContain('/work/escape-link/escaped-link.txt');
    expect(existsSync(join(cwd, 'escape-link'))).toBe(true);
    expect(probe.text.match(/error/g)).toHaveLength(8);
  },
  'terminal-user': async (probe) => {
    const methods: string[] = [];
    await answering(probe, promptOnly(probe), (message) => {
      methods.push(String(message.method).replace('terminal/', ''));
      return { result: { terminalId: 'terminal-1' } };
    });
    const first = ['create', 'wait_for_exit', 'output', 'release', 'output'];
    expect(methods).toEqual([...first, 'create', 'kill', 'wait_for_exit', 'release']);
    expect(probe.text).toContain('create: result {"terminalId":"terminal-1"}');
  },
};

/** Answers every request of the agent until its turn ends. */
async function answering(
  probe: Probe,
  turn: Promise<string>,
  answer: (message: Message) => object,
): Promise<void> {
  await turn;
  let seen = 0;
  for (;;) {
    const all = probe.messages;
    for (const message of all.slice(seen)) {
      if (message.method && message.id !== undefined) probe.write({ id: message.id, ...answer(message) });
    }
    seen = all.length;
    if (probe.bytes.includes('"stopReason"')) return;
    await probe.more();
  }
}

describe('scripted agents', () => {
  it.each(Object.keys(checks) as DefectName[])('%s shows its defect', { timeout: 15_000 }, async (defect) => {
    await using probe = new Probe(defect, join(root, 'gate'));
    expect(definitions[defect].client).toMatch(/\.$/);
    await checks[defect](probe, defect);
  });

  it('takes part in close and resume like any agent', async () => {
    await using probe = new Probe('wrong-id');
    const sessionId = await probe.open();
    expect((await probe.call('session/close', { sessionId })).result).toEqual({});
    expect((await probe.prompt(sessionId)).error?.code).toBe(-32002);
    await probe.call('session/resume', { sessionId, cwd });
    expect((await probe.prompt(sessionId)).result).toEqual({ stopReason: 'end_turn' });
  });
});
