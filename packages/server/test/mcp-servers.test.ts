/** MCP servers: configured once, given to agent sessions, and their secrets nowhere but at the agent. */
import {
  ensureRealAgents,
  finalText,
  scriptedMcpServer,
  startRemoteMcpServer,
  type RealAgentId,
} from '@pilotlight/testkit';
import type { Message } from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Home } from './composed-harness.ts';
import { RealAgentDesk } from './real-agent-desk.ts';

const SECRET = 'a-secret-that-nobody-may-see-4711';
const remote = (headers: Record<string, string> = {}) => ({
  type: 'http' as const,
  url: 'http://127.0.0.1:9/mcp',
  headers,
});

const noticesOf = (messages: readonly Message[]): string[] =>
  messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'notice' && part.code === 'mcp_left_out' ? [part.text] : [])),
  );

/** Files of a folder in which a text stands. */
function filesWith(folder: string, text: string): string[] {
  try {
    return execFileSync('grep', ['-rlaF', text, folder], { encoding: 'utf8' }).trim().split('\n');
  } catch {
    return [];
  }
}

beforeAll(async () => {
  await ensureRealAgents();
}, 600_000);

// The others that run offline hide MCP tools behind a search of their own, for which the model here has no script.
describe.each<RealAgentId>(['opencode', 'gemini'])('%s', { timeout: 120_000 }, (id) => {
  let desk: RealAgentDesk;
  beforeAll(async () => {
    desk = await RealAgentDesk.open(id);
  }, 60_000);
  afterAll(() => desk[Symbol.asyncDispose](), 60_000);

  test('calls the tool of an MCP server, which has its secret, and nothing else of ours has it', async () => {
    const { client, dataFolder, folder } = desk.home;
    const log = join(folder, 'greetings.txt');
    writeFileSync(log, '');
    await client.setMcpSecret('GREET', SECRET);
    const server = await client.createMcpServer({
      name: 'greeter',
      projectId: desk.desk.session.projectId,
      transport: {
        type: 'stdio',
        ...scriptedMcpServer(),
        env: { GREETING: 'Good day', GREET_LOG: log, GREET_SECRET: '${secret:GREET}' },
      },
    });
    expect(server.missing).toEqual([]);

    const turnId = await desk.submit('Greet. [[mcp greet tag=world]]');
    if (id === 'gemini') await desk.answer(turnId, 'allow_once');
    expect(await desk.ended(turnId)).toMatchObject({ state: 'completed', error: null });
    const { text, parts } = await desk.said(turnId);
    expect(text).toContain(finalText('world'));
    expect(JSON.stringify(parts)).toContain('Good day world');
    expect(readFileSync(log, 'utf8')).toBe(`Good day world ${SECRET}\n`);
    expect(noticesOf((await client.listMessages(desk.desk.chat.id)).messages)).toEqual([]);

    const secrets = join(dataFolder, 'mcp-secrets.json');
    expect(statSync(secrets).mode & 0o777).toBe(0o600);
    expect(filesWith(dataFolder, SECRET)).toEqual([secrets]);
    expect(JSON.stringify(await client.listMcpServers())).not.toContain(SECRET);
    await client.removeMcpServer(server.id);
  });

  test.each(['http', 'sse'] as const)('calls the tool of a remote one over %s', async (type) => {
    const { client } = desk.home;
    await using remoteServer = await startRemoteMcpServer(SECRET);
    await client.setMcpSecret('GREET', SECRET);
    const server = await client.createMcpServer({
      name: 'greeter',
      projectId: desk.desk.session.projectId,
      transport: { type, url: remoteServer.url[type], headers: { Authorization: 'Bearer ${secret:GREET}' } },
    });
    await desk.moveToNewChat();
    const turnId = await desk.submit(`Greet. [[mcp greet tag=${type}]]`);
    if (id === 'gemini') await desk.answer(turnId, 'allow_once');
    expect(await desk.ended(turnId)).toMatchObject({ state: 'completed', error: null });
    const { text, parts } = await desk.said(turnId);
    expect(text).toContain(finalText(type));
    expect(JSON.stringify(parts)).toContain(`From afar ${type}`);
    expect(remoteServer.greeted).toEqual([
      { said: `From afar ${type}`, path: type === 'http' ? '/mcp' : '/messages' },
    ]);
    await client.removeMcpServer(server.id);
  });
});

test('what an agent cannot take is left out, and said once', async () => {
  await using home = await Home.start();
  const { client } = home;
  await client.createMcpServer({ name: 'far', transport: remote() });
  await client.createMcpServer({
    name: 'unset',
    transport: { type: 'stdio', command: 'x', env: { API_KEY: '${env:NOT_SET_ANYWHERE}' } },
  });
  const { chat } = await home.desk();
  await home.turn(chat, '/echo one');
  await client.releaseAgentSession(chat.id, 'demo');
  expect((await home.turn(chat, '/echo two')).state).toBe('completed');
  const { messages } = await client.listMessages(chat.id);
  expect(noticesOf(messages)).toEqual([
    'Works without these MCP servers: unset (env:NOT_SET_ANYWHERE is not set); far (Demo takes no MCP servers over http).',
  ]);
});

test('one of a project goes before one of the same name for all, and a disabled one is given to nobody', async () => {
  await using home = await Home.start();
  const { client } = home;
  const { chat, session } = await home.desk();
  await client.createMcpServer({ name: 'far', transport: remote() });
  const own = await client.createMcpServer({
    name: 'far',
    projectId: session.projectId,
    transport: { ...remote(), type: 'sse' },
  });
  await home.turn(chat, '/echo one');
  await client.updateMcpServer(own.id, { enabled: false });
  await client.releaseAgentSession(chat.id, 'demo');
  await home.turn(chat, '/echo two');
  const { messages } = await client.listMessages(chat.id);
  expect(noticesOf(messages)).toEqual([
    'Works without this MCP server: far (Demo takes no MCP servers over sse).',
  ]);
  const other = await client.createProject({ path: home.newFolder() });
  expect((await client.listMcpServers(other.id)).servers.map(({ projectId }) => projectId)).toEqual([null]);
  await client.removeMcpServer(own.id);
  expect((await client.listMcpServers()).servers.map(({ name, projectId }) => [name, projectId])).toEqual([
    ['far', null],
  ]);
});

test('refuses a plain secret, a second of the same name, and an address with a login', async () => {
  await using home = await Home.start();
  const { client } = home;
  const create = (name: string, transport: Parameters<typeof client.createMcpServer>[0]['transport']) =>
    client.createMcpServer({ name, transport });
  const refused = await create('a', remote({ Authorization: `Bearer ${SECRET}` })).catch((error) => error);
  expect(refused).toMatchObject({ code: 'invalid_request', details: { field: 'Authorization' } });
  expect(JSON.stringify([refused.message, refused.details])).not.toContain(SECRET);
  await create('a', remote({ Authorization: 'Bearer ${secret:TOKEN}' }));
  expect((await client.listMcpServers()).servers[0]?.missing).toEqual(['secret:TOKEN']);
  await client.setMcpSecret('TOKEN', SECRET);
  expect(await client.listMcpServers()).toMatchObject({ servers: [{ missing: [] }], secrets: ['TOKEN'] });
  await client.removeMcpSecret('TOKEN');
  await expect(client.removeMcpSecret('TOKEN')).rejects.toMatchObject({ code: 'not_found' });
  await expect(create('a', remote())).rejects.toMatchObject({ code: 'conflict' });
  await expect(create('b', { ...remote(), url: 'https://me:pw@host/' })).rejects.toMatchObject({
    code: 'invalid_request',
  });
  await expect(
    client.createMcpServer({ name: 'c', projectId: 'prj_00000000', transport: remote() }),
  ).rejects.toMatchObject({
    code: 'project_not_found',
  });
});
