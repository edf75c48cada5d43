/** Wrong requests and a wrong world: a clear error each, and after each the server is up and another chat still works. */
import { AgentList, Problem, newId, type ContentBlock, type Turn } from '@pilotlight/protocol';
import { scriptedAgent } from '@pilotlight/testkit';
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { builtInAgents } from '../src/backends/built-in-agents.ts';
import { Home, say, wordsOf, type AgentEntry, type Desk } from './composed-harness.ts';

const LOGIN = 'Run `bad login`.';
const agents: AgentEntry[] = [
  { id: 'good', name: 'Good', ...scriptedAgent('no-resume') },
  { id: 'absent', name: 'Absent', command: 'pilotlight-no-such-program', hint: 'Run `npm install absent`.' },
  { id: 'no-file', name: 'No file', command: '/nowhere/at/all/agent' },
  { id: 'no-login', name: 'No login', login: LOGIN, ...scriptedAgent('error-auth-new') },
  { id: 'lost-login', name: 'Lost login', login: LOGIN, ...scriptedAgent('error-auth-prompt') },
];

let home: Home;
let desk: Desk;
let other: Desk;

beforeAll(async () => {
  home = await Home.start(agents);
  [desk, other] = await Promise.all([home.desk(), home.desk()]);
});
afterAll(() => home[Symbol.asyncDispose]());
afterEach(async () => {
  const { status } = await home.client.health();
  const { state } = await home.turn(other.chat, '/echo here');
  if (status !== 'up' || state !== 'completed') throw new Error(`disturbed: health ${status}, turn ${state}`);
});

/** A request as no client of ours would send it. */
async function call(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; problem: Problem }> {
  const { url, token } = home.running;
  const raw = body instanceof Uint8Array || typeof body === 'string';
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
  });
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return { status: response.status, problem: Problem.parse(await response.json()) };
}

const content: ContentBlock[] = [{ type: 'text', text: 'hi' }];

/** A session, and a task with its prompt, that could not begin: both are refused, and leave nothing behind. */
async function nothingIsMade(projectId: string, refused: object, agent?: string): Promise<void> {
  const { client } = home;
  const made = async () => [await client.listSessions(), await client.listChats(), await client.listTasks()];
  const before = await made();
  const body = { projectId, ...(agent === undefined ? {} : { agent }) };
  await expect(client.createSession(body)).rejects.toMatchObject(refused);
  const ids = { id: newId('task'), turnId: newId('turn') };
  await expect(client.createTask({ ...body, ...ids, content })).rejects.toMatchObject(refused);
  expect(await made()).toEqual(before);
}
const unknown: [method: string, path: string, code: string, body?: unknown][] = [
  ['GET', '/api/nothing', 'not_found'],
  ['POST', '/api/agents/none/install', 'agent_unknown'],
  ['GET', '/api/projects/prj_none', 'project_not_found'],
  ['DELETE', '/api/projects/prj_none', 'project_not_found'],
  ['GET', '/api/projects/prj_none/branches', 'project_not_found'],
  ['POST', '/api/sessions', 'project_not_found', { projectId: newId('project') }],
  ['GET', '/api/sessions/ses_none', 'session_not_found'],
  ['PATCH', '/api/sessions/ses_none', 'session_not_found', { title: 'x' }],
  ['DELETE', '/api/sessions/ses_none', 'session_not_found'],
  ['POST', '/api/sessions/ses_none/chats', 'session_not_found', {}],
  ['GET', '/api/chats/cht_none', 'chat_not_found'],
  ['PATCH', '/api/chats/cht_none', 'chat_not_found', { title: 'x' }],
  ['DELETE', '/api/chats/cht_none', 'chat_not_found'],
  ['GET', '/api/chats/cht_none/messages', 'chat_not_found'],
  ['GET', '/api/chats/cht_none/events', 'chat_not_found'],
  ['GET', '/api/chats/cht_none/search?query=x', 'chat_not_found'],
  ['GET', '/api/chats/cht_none/queue', 'chat_not_found'],
  ['PUT', '/api/chats/cht_none/queue', 'chat_not_found', { turnIds: [] }],
  ['POST', '/api/chats/cht_none/cancel', 'chat_not_found'],
  ['POST', '/api/chats/cht_none/seen', 'chat_not_found'],
  ['POST', '/api/chats/cht_none/prompts', 'chat_not_found', { id: newId('turn'), content }],
  ['POST', '/api/chats/cht_none/agent-sessions/demo/release', 'chat_not_found'],
  ['PATCH', '/api/chats/cht_none/agent-sessions/demo', 'chat_not_found', { pinned: true }],
  ['GET', '/api/turns/trn_none', 'turn_not_found'],
  ['PATCH', '/api/turns/trn_none', 'turn_not_found', { content }],
  ['DELETE', '/api/turns/trn_none', 'turn_not_found'],
  ['POST', '/api/turns/trn_none/cancel', 'turn_not_found'],
  ['GET', '/api/permissions/prm_none', 'permission_not_found'],
  ['POST', '/api/permissions/prm_none/answer', 'permission_not_found', { optionId: 'yes' }],
  ['GET', '/api/tasks/tsk_none', 'task_not_found'],
  [
    'POST',
    '/api/tasks',
    'project_not_found',
    { id: newId('task'), turnId: newId('turn'), projectId: newId('project'), content },
  ],
  ['GET', '/api/blobs/none', 'blob_not_found'],
  ['GET', `/api/blobs/${'0'.repeat(64)}`, 'blob_not_found'],
];

describe('unknown ids', () => {
  it.each(unknown)('%s %s: 404 %s', async (method, path, code, body) => {
    expect(await call(method, path, body)).toMatchObject({ status: 404, problem: { code, status: 404 } });
  });

  it('an agent that nobody knows is named, with those there are', async () => {
    const refused = { code: 'agent_unknown', message: expect.stringMatching(/no agent "nobody".*demo/) };
    await expect(
      home.client.submitPrompt(desk.chat.id, say('hi', { agent: 'nobody' })),
    ).rejects.toMatchObject(refused);
    const { projectId, id } = desk.session;
    await expect(home.client.createSession({ projectId, agent: 'nobody' })).rejects.toMatchObject(refused);
    await expect(home.client.createChat(id, { agent: 'nobody' })).rejects.toMatchObject(refused);
    await expect(home.client.updateChat(desk.chat.id, { agent: 'nobody' })).rejects.toMatchObject(refused);
    expect((await home.client.getChat(desk.chat.id)).agent).toBe('demo');
    expect(await home.client.listSessions(projectId)).toHaveLength(1);
    await nothingIsMade(projectId, refused, 'nobody');
  });
});

describe('wrong bodies', () => {
  const wrong: [method: string, path: string, body: unknown, fields: string[]][] = [
    ['POST', '/api/projects', {}, ['path']],
    ['POST', '/api/projects', { path: 7, color: 'red' }, ['path', 'color']],
    ['POST', '/api/sessions', { projectId: 'x', inPlace: 'yes' }, ['projectId', 'inPlace']],
    ['POST', '/api/sessions', { projectId: newId('project'), base: 'a\0b' }, ['base']],
    ['POST', '/api/chats/CHAT/prompts', { id: 'x', content: [] }, ['id', 'content']],
    [
      'POST',
      '/api/chats/CHAT/prompts',
      { id: newId('turn'), content: [{ type: 'text' }] },
      ['content[0].text'],
    ],
    ['POST', '/api/chats/CHAT/prompts', { id: newId('turn'), content, agent: 'No Agent' }, ['agent']],
    ['PATCH', '/api/chats/CHAT', { choice: { options: { a: 1 } } }, ['choice.options.a']],
    ['PUT', '/api/chats/CHAT/queue', { turnIds: [1] }, ['turnIds[0]']],
    ['POST', '/api/permissions/prm_x/answer', {}, ['']],
    ['POST', '/api/tasks', { content }, ['id', 'turnId', 'projectId']],
    ['POST', '/api/projects', [], ['']],
    ['POST', '/api/projects', 'null', ['']],
  ];

  it.each(wrong)('%s %s %j: 422 with fields', async (method, path, body, fields) => {
    const { status, problem } = await call(method, path.replace('CHAT', desk.chat.id), body);
    expect({ status, code: problem.code }).toEqual({ status: 422, code: 'invalid_request' });
    const paths = (problem.fields ?? []).map((field) => field.path);
    expect(paths).toEqual(expect.arrayContaining(fields));
  });

  it.each([
    ['invalid JSON', '{"path": ', 'not valid JSON'],
    ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 'not valid UTF-8'],
  ])('%s: 422', async (_, body, detail) => {
    const { status, problem } = await call('POST', '/api/projects', body);
    expect({ status, code: problem.code }).toEqual({ status: 422, code: 'invalid_request' });
    expect(problem.detail).toContain(detail);
  });

  it('a body over 32 MiB: 413, said before it is sent', async () => {
    const { hostname, port } = new URL(home.running.url);
    const head = [
      `POST /api/chats/${desk.chat.id}/prompts HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Authorization: Bearer ${home.running.token}`,
      'Content-Type: application/json',
      `Content-Length: ${33 * 1024 * 1024}`,
    ];
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = connect(Number(port), hostname, () => socket.write(`${head.join('\r\n')}\r\n\r\n`));
    socket.setEncoding('utf8').once('data', resolve).once('error', reject);
    const answer = await promise;
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('payload_too_large');
  });
});

describe('projects', () => {
  it.each([
    ['a file', () => join(home.newRepository(), 'README.md'), 'is not a folder'],
    ['a missing folder', () => join(home.folder, 'nowhere'), 'does not exist'],
    ['a path with a NUL', () => `${home.folder}\0x`, ''],
    ['a path that is far too long', () => `/${'x'.repeat(5000)}`, ''],
  ])('%s is refused', async (_, path, message) => {
    const { status, problem } = await call('POST', '/api/projects', { path: path() });
    expect({ status, code: problem.code }).toEqual({ status: 422, code: 'invalid_request' });
    expect(problem.detail).toContain(message);
  });

  it('a project whose folder is gone: worktree_missing', async () => {
    for (const folder of [home.newRepository(), home.newFolder()]) {
      const { id } = await home.client.createProject({ path: folder });
      rmSync(folder, { recursive: true });
      await nothingIsMade(id, { code: 'worktree_missing', message: expect.stringContaining(folder) });
    }
  });

  it('a repository without commits: repository_empty, in place it works', async () => {
    const folder = home.newRepository(false);
    const { id: projectId } = await home.client.createProject({ path: folder });
    const refused = { code: 'repository_empty', message: expect.stringContaining(folder) };
    await nothingIsMade(projectId, refused);
    const works = await home.desk('demo', folder, true);
    expect(await home.turn(works.chat, '/echo hi')).toMatchObject({ state: 'completed' });
  });
});

describe('agents', () => {
  it.each([
    ['absent', 'Run `npm install absent`.'],
    ['no-file', 'Its command is "/nowhere/at/all/agent"'],
  ])('%s: not installed, and what to do', async (agent, message) => {
    const refused = { code: 'agent_not_installed', message: expect.stringContaining(message) };
    const { chat, session } = await home.desk();
    const before = await home.client.listChats();
    await nothingIsMade(session.projectId, refused, agent);
    await expect(home.client.createChat(session.id, { agent })).rejects.toMatchObject(refused);
    expect(await home.client.listChats()).toEqual(before);
    const turn = await home.turn(chat, 'hi', { agent });
    expect(turn).toMatchObject({ state: 'failed', dispatch: null, error: refused });
    expect(await home.turn(chat, 'and on', { agent: 'good' })).toMatchObject({ state: 'completed' });
    const listed = await home.client.listAgents();
    expect(listed.find(({ id }) => id === agent)).toMatchObject({ state: 'missing', command: null });
  });

  it.each(['no-login', 'lost-login'])('%s: needs a login, and says how', async (agent) => {
    const { chat } = await home.desk(agent);
    const { id } = await home.client.submitPrompt(chat.id, say('one'));
    for (const _attempt of ['first', 'second']) {
      const held = await home.until(chat, (state) => state.chat?.hold !== undefined);
      expect(held.chat?.hold).toMatchObject({ reason: 'login', message: expect.stringContaining(LOGIN) });
      expect(held.turns[id]).toMatchObject({ state: 'queued', dispatch: null, error: null });
      await home.client.goOn(chat.id);
    }
    expect((await home.client.health()).circuits).toEqual([]);
  });

  it('a broken agents.json says where; the built-in agents go on, and mending it is enough', async () => {
    const { chat } = desk;
    const held = await home.client.submitPrompt(chat.id, say('/hold mended'));
    await home.said(chat, 'holding');
    const [builtIn, ofTheFile] = [say('/echo queued'), say('queued', { agent: 'good' })];
    for (const waiting of [builtIn, ofTheFile]) await home.client.submitPrompt(chat.id, waiting);
    const before = agents;
    home.writeAgents([
      ...before,
      { id: 'wrong', name: 'Wrong', command: 'x', deadlines: { initialize: 'soon' } },
    ]);
    const refused = {
      code: 'config_invalid',
      message: expect.stringMatching(/agents\.json.*"wrong".*deadlines\.initialize/),
    };
    await expect(home.client.submitPrompt(chat.id, say('x', { agent: 'good' }))).rejects.toMatchObject(
      refused,
    );
    expect(await home.client.health()).toMatchObject({ status: 'degraded', agents: { error: refused } });
    writeFileSync(home.agentsFile, '{');
    const broken = { code: 'config_invalid', message: expect.stringContaining(home.agentsFile) };
    expect((await home.client.health()).agents.error).toMatchObject(broken);
    const { url, token } = home.running;
    const answer = await fetch(`${url}/api/agents`, { headers: { authorization: `Bearer ${token}` } });
    const list = AgentList.parse(await answer.json());
    expect(list.error).toMatchObject(broken);
    expect(list.agents.map(({ id }) => id)).toEqual(builtInAgents.map(({ id }) => id));
    expect(await home.turn(other.chat, '/echo on')).toMatchObject({ state: 'completed' });
    writeFileSync(join(desk.folder, 'mended'), '');
    for (const { id } of [held, builtIn])
      expect(await home.client.waitForTurn(chat.id, id)).toMatchObject({ state: 'completed' });
    expect(await home.client.waitForTurn(chat.id, ofTheFile.id)).toMatchObject({
      state: 'failed',
      error: broken,
    });
    home.writeAgents(before);
    expect(await home.turn(chat, 'again', { agent: 'good' })).toMatchObject({ state: 'completed' });
    expect(await home.client.health()).toMatchObject({ status: 'up', agents: { error: null } });
  });
});

describe('a worktree that somebody deleted', () => {
  it('fails the next turn with what to do; it works again when the folder is back', async () => {
    const { chat, session } = await home.desk('demo', home.newRepository());
    expect(await home.turn(chat, '/echo first')).toMatchObject({ state: 'completed' });
    const path = (await home.client.getSession(session.id)).worktree?.path ?? '';
    renameSync(path, `${path}.away`);
    expect(await home.turn(chat, '/echo hi')).toMatchObject({
      state: 'failed',
      error: { code: 'worktree_missing', message: expect.stringContaining(path) },
    });
    const { error } = await home.turn(chat, '/echo hi');
    expect(error?.message).toContain('pilotlight session repair');
    renameSync(`${path}.away`, path);
    expect(await home.turn(chat, 'back', { agent: 'good' })).toMatchObject({ state: 'completed' });
  });

  it('leaves the chats of other sessions alone, and the session can be removed', async () => {
    const repository = home.newRepository();
    const gone = await home.desk('demo', repository);
    const stays = await home.desk('demo', repository);
    for (const { chat } of [gone, stays]) await home.turn(chat, '/echo first');
    rmSync((await home.client.getSession(gone.session.id)).worktree?.path ?? '', { recursive: true });
    const [failed, went] = await Promise.all([
      home.turn(gone.chat, '/echo second'),
      home.turn(stays.chat, '/echo second'),
    ]);
    expect(failed.error?.code).toBe('worktree_missing');
    expect(went).toMatchObject({ state: 'completed' });
    await home.client.removeSession(gone.session.id);
    expect(await home.turn(stays.chat, '/echo third')).toMatchObject({ state: 'completed' });
  });

  it('says so for a plain folder too', async () => {
    const { chat, folder } = await home.desk();
    await home.turn(chat, '/echo first');
    rmSync(folder, { recursive: true });
    expect(await home.turn(chat, '/echo second')).toMatchObject({
      state: 'failed',
      error: { code: 'worktree_missing', message: expect.stringContaining(folder) },
    });
  });
});

describe('much at once', () => {
  it('100 prompts to one chat run in order, and none is lost', async () => {
    const { chat } = await home.desk();
    const prompts = Array.from({ length: 100 }, (_, n) => say(`/echo ${n};`));
    const { promise: all, resolve } = Promise.withResolvers<void>();
    using _following = home.client.followChat(chat.id, {
      onState: ({ turns }) => {
        const ended = prompts.filter(({ id }) => turns[id]?.state === 'completed');
        if (ended.length === prompts.length) resolve();
      },
    });
    const accepted = await Promise.all(prompts.map((prompt) => home.client.submitPrompt(chat.id, prompt)));
    expect(new Set(accepted.map(({ id }) => id)).size).toBe(100);
    await all;
    const { messages, turns } = await home.client.listMessages(chat.id, { limit: 500 });
    const order = turns.toSorted((a, b) => a.position - b.position);
    const asked = new Map(prompts.map(({ id }, n) => [id, `${n};`]));
    expect(wordsOf(messages)).toBe(order.map(({ id }) => asked.get(id)).join(''));
    expect(new Set(order.map(({ id }) => id))).toEqual(new Set(asked.keys()));
  });

  it('100 chats with a prompt each all answer', async () => {
    const { session } = await home.desk();
    const chats = await Promise.all(
      Array.from({ length: 100 }, () => home.client.createChat(session.id, { agent: 'demo' })),
    );
    const turns: Turn[] = await Promise.all(chats.map((chat, n) => home.turn(chat, `/echo chat ${n}`)));
    expect(turns.filter(({ state }) => state !== 'completed')).toEqual([]);
    const words = await Promise.all(chats.map((chat) => home.words(chat)));
    expect(words).toEqual(chats.map((_, n) => `chat ${n}`));
  });

  it('a prompt of 5 MB reaches the agent whole, and the transcript stays small', async () => {
    const { chat, folder } = await home.desk();
    const long = 'long text '.repeat(500_000);
    const { id } = await home.client.submitPrompt(chat.id, say(`/write long.txt ${long}`));
    const state = await home.until(
      chat,
      ({ permissions, turns }) =>
        Object.values(permissions).some((one) => one.state === 'pending') || turns[id]?.endedAt !== null,
    );
    for (const permission of Object.values(state.permissions)) {
      const allow = permission.options.find(({ kind }) => kind === 'allow_once');
      await home.client.answerPermission(permission.id, { optionId: allow?.optionId ?? '', by: 'test' });
    }
    expect(await home.client.waitForTurn(chat.id, id)).toMatchObject({ state: 'completed' });
    expect(readdirSync(folder)).toContain('long.txt');
    expect(statSync(join(folder, 'long.txt')).size).toBe(long.length);
    const page = await home.client.listMessages(chat.id);
    expect(JSON.stringify(page).length).toBeLessThan(256 * 1024);
  });
});
