import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chat, ChatFrame, Permission, Project, Session, Task } from '@pilotlight/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, jsonLines } from './cli-harness.ts';

let bench: Bench;
beforeAll(async () => {
  bench = new Bench();
  await bench.serve();
});
afterAll(() => bench[Symbol.asyncDispose]());

function prompt(...args: string[]): ReturnType<Bench['run']> {
  return bench.run(['prompt', '--agent', 'demo', ...args]);
}

async function list<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await bench.run([...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}

describe('prompt', () => {
  it('prints the answer to stdout and all else to stderr', async () => {
    const { code, stdout, stderr } = await prompt('/echo', 'hello there');
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: 'hello there' });
    expect(stderr).toMatch(/^✓ .*chat cht_/);
  });

  it('registers the project once and makes a session with a worktree', async () => {
    await prompt('/echo', 'one');
    await prompt('/write', 'note.txt', 'written', '--permission', 'allow');
    const projects = await list<{ path: string }[]>('project', 'list');
    expect(projects.map((project) => project.path)).toEqual([bench.repository]);
    const session = (await list<Session[]>('session', 'list')).at(-1);
    expect(session?.inPlace).toBe(false);
    expect(readFileSync(join(session?.worktree?.path ?? '', 'note.txt'), 'utf8')).toBe('written');
  });

  it('goes on in a chat, in a session, and in the worktree it is run from', async () => {
    const first = await prompt('/echo', 'remember me');
    const [chat = ''] = /cht_\S+/.exec(first.stderr) ?? [];
    const recalled = await prompt('--chat', chat, '/recall');
    expect(recalled.stdout).toContain('remember me');
    const { sessionId } = await list<Chat>('chat', 'list')
      .then((chats) => chats as unknown as Chat[])
      .then((chats) => chats.find((each) => each.id === chat) as Chat);
    expect((await prompt('--session', sessionId, '/echo', 'beside')).code).toBe(0);
    const { session } = await list<{ session: Session }>('session', 'show', sessionId);
    await bench.run(['prompt', '--agent', 'demo', '/echo', 'inside'], { cwd: session.worktree?.path ?? '' });
    const { chats } = await list<{ chats: Chat[] }>('session', 'show', sessionId);
    expect(chats.map((each) => each.lastLine)).toEqual([expect.any(String), 'beside', 'inside']);
  });

  it('leaves no session behind when it cannot begin', async () => {
    const before = await list<Session[]>('session');
    const empty = join(bench.root, 'empty');
    execFileSync('git', ['init', '-q', empty]);
    const file = join(bench.data, 'agents.json');
    writeFileSync(file, '{"agents":[{"id":"absent","command":"/nowhere/agent"}]}');
    const refused = await Promise.all([
      bench.run(['prompt', '--agent', 'absent', 'hi']),
      bench.run(['prompt', '--agent', 'demo', 'hi'], { cwd: empty }),
      bench.run(['prompt', '-'], { input: 'x'.repeat(33 * 1024 * 1024) }),
    ]);
    rmSync(file);
    expect(refused.map(({ code }) => code)).toEqual([5, 5, 5]);
    const said = refused.map(({ stderr }) => stderr);
    expect(said).toEqual([
      expect.stringContaining('The program of agent "absent" was not found'),
      expect.stringContaining('has no commit yet'),
      expect.stringContaining('name its path'),
    ]);
    expect(await list<Session[]>('session')).toEqual(before);
  });

  it('starts a session from the branch, tag or commit it is told', async () => {
    execFileSync('git', ['tag', '-f', 'begun'], { cwd: bench.repository, stdio: 'ignore' });
    expect((await prompt('--base', 'begun', '/echo', 'based')).code).toBe(0);
    const session = (await list<Session[]>('session', 'list')).at(-1);
    expect(session).toMatchObject({
      base: 'begun',
      worktree: { branch: expect.stringMatching(/^pilotlight/) },
    });
    expect((await bench.run(['session', 'show', session?.id ?? ''])).stdout).toContain('from begun');
    // From inside that worktree it is another session of the same project.
    const inside = { cwd: session?.worktree?.path ?? '' };
    await bench.run(['prompt', '--agent', 'demo', '--base', 'main', '/echo', 'beside'], inside);
    const beside = (await list<Session[]>('session', 'list')).at(-1);
    expect(beside).toMatchObject({ base: 'main', projectId: session?.projectId });
    const made = await list<{ session: Session }>('session', 'new', '--base', 'begun');
    expect(made.session.base).toBe('begun');
    const unknown = await prompt('--base', 'nowhere', '/echo', 'x');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('"nowhere" names no commit');
    expect((await prompt('--base', 'main', '--chat', 'cht_1', 'x')).stderr).toContain('--base makes a new');
  });

  it('works in the folder itself when told', async () => {
    const { code } = await prompt('--in-place', '--permission', 'allow', '/write', 'here.txt', 'x');
    expect(code).toBe(0);
    expect(readFileSync(join(bench.repository, 'here.txt'), 'utf8')).toBe('x');
  });

  it('reads stdin and files', async () => {
    const piped = await bench.run(['prompt', '--agent', 'demo', '-'], { input: '/echo from a pipe\n' });
    expect(piped.stdout.trim()).toBe('from a pipe');
    writeFileSync(join(bench.repository, 'list.txt'), 'milk');
    expect((await prompt('--file', 'list.txt', '/echo', 'with a file')).code).toBe(0);
    const missing = await prompt('--file', 'nowhere.txt', 'x');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('nowhere.txt');
    expect((await prompt()).code).toBe(2);
  });

  it('prints every frame of the turn as JSON, none missing', async () => {
    const { code, stdout, stderr } = await prompt('--json', '/count', '20');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const frames = jsonLines<ChatFrame>(stdout);
    const seqs = frames.map((frame) => frame.seq);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    const states = frames.flatMap(({ event }) => (event.type === 'turn' ? [event.turn.state] : []));
    // A free lane accepts and begins in one step, so the first state that is seen is not `queued`.
    expect(states[0]).toBe('starting');
    expect(states).toContain('completed');
    const said = frames.map(({ event }) => (event.type === 'text' ? event.text : '')).join('');
    expect(said.trim().split(/\s+/)).toHaveLength(20);
  });

  it('prints and shows a long answer whole, also what moved to blobs before it was seen', async () => {
    const text = Array.from({ length: 20_000 }, (_, line) => `line ${line} `).join('');
    const { code, stdout, stderr } = await bench.run(['prompt', '--agent', 'demo', '-'], {
      input: `/echo ${text}`,
    });
    expect(code).toBe(0);
    expect(stdout.trim()).toBe(text.trim());
    const [chat = ''] = /cht_\S+/.exec(stderr) ?? [];
    expect((await bench.run(['chat', 'show', chat])).stdout).toContain(`• demo\n${text.trim()}`);
    const flooded = await prompt('/flood', '20000', 'text');
    expect(flooded.stdout.trimEnd().split('\n')).toHaveLength(20_000);
  });

  it('says how a turn ended and how its agent knew the chat, at its end and in the transcript', async () => {
    const crashed = await prompt('/crash');
    expect(crashed.code).toBe(1);
    const [chat] = (await list<Chat[]>('chat', 'list')).slice(-1);
    const after = await prompt('--chat', chat?.id ?? '', '/echo', 'again');
    expect(after.stderr).toContain('· resumed · chat');
    const { stdout } = await bench.run(['chat', 'show', chat?.id ?? '']);
    expect(stdout).toMatch(
      /about to crash\n✗ Demo ended: exit 7.*\n\n⏵ \/echo again\n\n• demo · resumed\nagain/,
    );
  });

  it('ends quietly when who reads it goes away', async () => {
    const running = bench.spawn(['prompt', '--agent', 'demo', '/count', '2000']);
    await running.until('stdout', /1 2 /);
    running.child.stdout?.destroy();
    expect(await running.result).toMatchObject({ code: 141, stderr: '' });
    // The turn itself goes on.
    const left = (await list<Chat[]>('chat', 'list')).find((chat) => chat.activity === 'running');
    expect((await bench.run(['cancel', left?.id ?? ''])).code).toBe(0);
    expect((await prompt('--chat', left?.id ?? '', '/echo', 'after')).code).toBe(0);
  });

  it('refuses stdin that is not text', async () => {
    const { code, stderr } = await bench.run(['prompt', '--agent', 'demo', '-'], {
      input: Buffer.from([0x2f, 0xff, 0xfe]),
    });
    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 2,
      stderr: '✗ what came in on stdin is not UTF-8 text',
    });
  });

  it('shows tools as single lines and ends 0', async () => {
    const { code, stdout, stderr } = await prompt('--permission', 'allow', 'tidy', 'up');
    expect(code).toBe(0);
    expect(stdout).toContain('You said: “tidy up”');
    expect(stderr).toMatch(/✓ .*\n/);
    expect(stderr).not.toContain('\u001b');
  });

  it('ends 1 with the reason when the turn fails', async () => {
    const { code, stderr } = await prompt('/fail', 'no more milk');
    expect(code).toBe(1);
    expect(stderr).toContain('no more milk');
  });

  it('cancels the turn on Ctrl-C and leaves the server alone', async () => {
    const running = bench.spawn(['prompt', '--agent', 'demo', '/wait']);
    await running.until('stdout', /waiting/);
    running.child.kill('SIGINT');
    const { code, stderr } = await running.result;
    expect(code).toBe(4);
    expect(stderr).toContain('cancelling');
    expect(stderr).toContain('✗ Cancelled: Demo acknowledged it and ended the turn.');
    expect((await bench.run(['doctor'])).code).toBe(0);
  });

  it('leaves the turn to the server on a second Ctrl-C', async () => {
    await using other = new Bench();
    const { serve } = await other.serve();
    const running = other.spawn(['prompt', '--agent', 'demo', '/wait']);
    await running.until('stdout', /waiting/);
    // A server that cannot answer the cancel.
    serve.child.kill('SIGSTOP');
    running.child.kill('SIGINT');
    await running.until('stderr', /cancelling/);
    // Two that come at once count as one, so it is pressed until it is heard.
    const pressing = setInterval(() => running.child.kill('SIGINT'), 20);
    const { code, stderr } = await running.result;
    clearInterval(pressing);
    serve.child.kill('SIGCONT');
    expect(code).toBe(130);
    expect(stderr).toMatch(/the turn goes on: pilotlight chat show cht_/);
  });

  it('says what is wrong with an agent or a chat that is not there', async () => {
    const agent = await bench.run(['prompt', '--agent', 'nobody', 'x']);
    expect(agent.code).toBe(5);
    expect(agent.stderr).toContain('nobody');
    const chat = await prompt('--chat', 'cht_00000000', 'x');
    expect(chat.code).toBe(5);
    const asJson = await prompt('--json', '--chat', 'cht_00000000', 'x');
    expect(JSON.parse(asJson.stderr)).toMatchObject({ code: 'chat_not_found' });
  });
});

describe('a permission', () => {
  it('is answered by policy', async () => {
    expect((await prompt('--permission', 'allow', '/ask')).stdout).toContain('You chose allow');
    expect((await prompt('--permission', 'reject', '/ask')).stdout).toContain('You chose reject');
  });

  it('waits in a pipe until it is answered from elsewhere', async () => {
    const running = bench.spawn(['prompt', '--agent', 'demo', '/ask']);
    const [, id = ''] = await running.until('stderr', /permissions answer (\S+)/);
    const open = await list<Permission[]>('permissions', 'list');
    expect(open.map((permission) => permission.id)).toEqual([id]);
    expect((await bench.run(['permissions', 'answer', id, 'nonsense'])).code).toBe(2);
    expect((await bench.run(['permissions', 'answer', id, '1'])).code).toBe(0);
    expect((await bench.run(['permissions', 'answer', id, '1'])).code).toBe(5);
    const { code, stdout } = await running.result;
    expect(code).toBe(0);
    expect(stdout).toContain(`You chose ${open[0]?.options[0]?.optionId}`);
  });
});

describe('other commands', () => {
  it('run a task and show how it stands', async () => {
    const { code, stdout } = await bench.run([
      'task',
      '--agent',
      'demo',
      '--title',
      'Milk',
      '--follow',
      '/echo',
      'done',
    ]);
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: 'done' });
    const background = await bench.run(['task', '--agent', 'demo', '/echo', 'later']);
    const id = background.stdout.trim();
    expect(id).toMatch(/^tsk_/);
    const { task } = await list<{ task: Task }>('task', 'show', id);
    expect(task.id).toBe(id);
    expect(await list<Task[]>('task', 'list')).toHaveLength(2);
  });

  it('queue, cancel and list', async () => {
    const running = bench.spawn(['prompt', '--agent', 'demo', '/wait']);
    await running.until('stdout', /waiting/);
    const chats = await list<Chat[]>('chat', 'list');
    const busy = chats.find((chat) => chat.activity === 'running');
    const waiting = bench.spawn([
      'prompt',
      '--agent',
      'demo',
      '--json',
      '--chat',
      busy?.id ?? '',
      '/echo next',
    ]);
    await waiting.until('stdout', /"queued"/);
    const queue = await list<{ id: string }[]>('chat', 'queue', busy?.id ?? '');
    expect(queue).toHaveLength(1);
    expect(await list<{ agent: string }[]>('ps')).toContainEqual(expect.objectContaining({ agent: 'demo' }));
    const emptied = await list<unknown[]>('chat', 'queue', busy?.id ?? '', '--remove', queue[0]?.id ?? '');
    expect(emptied).toEqual([]);
    expect((await waiting.result).code).toBe(5);
    expect((await bench.run(['cancel', busy?.id ?? ''])).code).toBe(0);
    expect((await running.result).code).toBe(4);
    expect((await bench.run(['cancel', busy?.id ?? ''])).stdout).toContain('nothing runs');
  });

  it('rename, show and remove', async () => {
    const made = await list<{ session: Session; chat: Chat }>(
      'session',
      'new',
      '--agent',
      'demo',
      '--title',
      'Doors',
    );
    expect((await bench.run(['chat', 'rename', made.chat.id, 'Front door'])).stdout).toContain('Front door');
    await prompt('--chat', made.chat.id, '/echo', 'knock');
    const listed = await bench.run(['chat', 'list', '--session', made.session.id]);
    expect(listed.stdout).toMatch(/idle · unseen +Front door/);
    const shown = await bench.run(['chat', 'show', made.chat.id]);
    expect(shown.stdout).toContain('⏵ /echo knock');
    expect(shown.stdout).toContain('knock');
    expect((await bench.run(['session', 'rename', made.session.id, 'Gates'])).stdout).toContain('Gates');
    const removed = await bench.run(['session', 'remove', made.session.id]);
    expect(removed.code).toBe(0);
    expect(removed.stdout).toContain('is kept');
    expect((await bench.run(['session', 'show', made.session.id])).code).toBe(5);
  });

  it('list what only the name of its kind asks for', async () => {
    const made = await list<{ session: Session; chat: Chat }>('session', 'new', '--agent', 'demo');
    const projects = await list<Project[]>('project');
    expect(projects.map(({ id }) => id)).toContain(made.session.projectId);
    expect(await list<Session[]>('session', '--project', made.session.projectId)).toContainEqual(
      made.session,
    );
    expect((await bench.run(['chat'])).stdout).toContain(made.chat.id);
  });

  it('end 2 on wrong usage and 0 on help', async () => {
    const paint = await bench.run(['chat', 'paint']);
    expect(paint).toMatchObject({ code: 2, stdout: '' });
    expect(paint.stderr).toContain("✗ unknown command 'paint'");
    expect((await bench.run(['prompt', '--permission', 'maybe', 'x'])).code).toBe(2);
    const asJson = await bench.run(['prompt', '--paint', '--json']);
    expect(asJson.code).toBe(2);
    expect(JSON.parse(asJson.stderr)).toEqual({
      code: 'invalid_request',
      message: "unknown option '--paint'",
    });
    const help = await bench.run(['--help']);
    expect(help.code).toBe(0);
    for (const command of ['serve', 'prompt', 'task', 'doctor']) expect(help.stdout).toContain(command);
  });
});
