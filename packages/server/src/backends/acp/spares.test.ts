import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AgentSpec } from '../agent-spec.ts';
import { Bench, demoSpec } from './test-bench.ts';

/** A bench with a plan that the test writes: agent id → folders in which one spare each waits, `open:` with a session. */
function bench(more: Record<string, unknown> = {}) {
  const wanted: Record<string, string[]> = {};
  const ready = { count: 0 };
  const mcp: { server: string | null } = { server: null };
  const made = new Bench(
    {
      mcp: () => {
        const server = { type: 'stdio' as const, command: 'none', args: [], env: {} };
        const servers = mcp.server === null ? [] : [{ ...server, name: mcp.server }];
        return { servers, leftOut: [], secrets: [] };
      },
      spares: {
        places: ({ id }: AgentSpec) =>
          (wanted[id] ?? []).map((place) => ({
            folder: place.replace('open:', ''),
            opensFor: place.startsWith('open:') ? 'p1' : null,
          })),
        prepare: async () => {},
        onTaken: () => {},
        projectFolder: (projectId) => join(made.folder, projectId),
        onReady: () => {
          ready.count += 1;
        },
      },
    },
    demoSpec(more),
  );
  for (const project of ['p1', 'p2']) mkdirSync(join(made.folder, project));
  return Object.assign(made, { wanted, ready, mcp });
}

async function spares(of: Bench): Promise<number[]> {
  const all = await of.backend.inspect();
  return all.filter(({ chatIds }) => chatIds.length === 0).map(({ pid }) => pid);
}

test('a session takes the process that waits, and another takes its place', async () => {
  await using b = bench();
  b.wanted['demo'] = [b.folder];
  await b.backend.tendSpares();
  expect(b.ready.count).toBe(1);
  expect(await b.backend.inspect()).toMatchObject([
    { agent: 'demo', state: 'ready', why: 'Spare: started ahead for the next session', chatIds: [] },
  ]);
  const [pid] = await spares(b);
  const { log, result } = await b.turn('c1', '/run pwd');
  expect(result).toMatchObject({ ok: true });
  // The session works in its own folder, wherever its process was started.
  expect(JSON.stringify(log.events)).toContain(b.worktree());
  expect(b.children).toHaveLength(1);
  expect(await b.backend.inspect()).toMatchObject([{ pid, chatIds: ['c1'] }]);
  // Not beside the turn that took it.
  await b.backend.tendSparesAtRest();
  expect(b.children).toHaveLength(1);
  await b.backend.tendSpares();
  expect(b.children).toHaveLength(2);
  expect(await spares(b)).toHaveLength(1);
});

test('the place is filled again by itself, after the take', async () => {
  await using b = bench();
  b.wanted['demo'] = [b.folder];
  await b.backend.tendSpares();
  await b.ensure('c1');
  await expect.poll(() => spares(b), { timeout: 15_000 }).toHaveLength(1);
});

test('where the folder matters, a spare serves only its own project', async () => {
  await using b = bench({ startsInFolder: true });
  b.wanted['demo'] = [join(b.folder, 'p1')];
  await b.backend.tendSpares();
  const [pid] = await spares(b);
  await b.ensure('c2', 'demo', { projectId: 'p2', sessionId: 's2' });
  expect(await spares(b)).toEqual([pid]);
  await b.ensure('c1', 'demo', { projectId: 'p1' });
  expect(await spares(b)).toEqual([]);
  expect((await b.backend.inspect()).find(({ chatIds }) => chatIds.includes('c1'))?.pid).toBe(pid);
});

test('one that is not wanted any more, died, or was started by an older definition is not given out', async () => {
  await using b = bench();
  b.wanted['demo'] = [b.folder];
  await b.backend.tendSpares();
  b.addAgent(demoSpec({ env: { NEW: '1' } }));
  await b.ensure('c1');
  expect(b.children).toHaveLength(2);
  await b.backend.tendSpares();
  expect(b.children).toHaveLength(3);
  expect(await spares(b)).toEqual([b.children[2]?.pid]);
  process.kill(b.children[2]?.pid ?? -1, 'SIGKILL');
  await b.children[2]?.exited;
  // None is to take its place meanwhile.
  b.wanted['demo'] = [];
  await b.ensure('c2', 'demo', { sessionId: 's2' });
  expect(b.survivors()).toHaveLength(2);
  await b.backend.tendSpares();
  expect(await spares(b)).toEqual([]);
});

test('endUnused ends a spare and nothing that serves a session', async () => {
  await using b = bench();
  await b.ensure('c1');
  b.wanted['demo'] = [b.folder];
  await b.backend.tendSpares();
  const [busy, spare] = b.children;
  await b.backend.endUnused(busy?.pid ?? 0);
  await b.backend.endUnused(spare?.pid ?? 0);
  expect(b.survivors()).toEqual([busy?.pid]);
});

/** An agent whose sessions are numbered, and that says of itself what it was asked. */
const COUNTING = `
  const asked = [];
  const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
  const say = (sessionId, update) => send({ method: 'session/update', params: { sessionId, update } });
  const text = (text) => ({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
  const commands = { sessionUpdate: 'available_commands_update', availableCommands: [{ name: 'go' }] };
  let opened = 0;
  const methods = {
    initialize: () => ({ protocolVersion: 1, agentCapabilities: { sessionCapabilities: { close: {} } } }),
    'session/new': ({ cwd }) => {
      if (process.env.FAILS) throw { code: -32000, message: 'log in first' };
      const sessionId = 's' + ++opened;
      say(sessionId, commands);
      const availableModes = [{ id: 'auto', name: 'Auto' }, { id: 'ask', name: 'Ask' }];
      return { sessionId, ...(process.env.MODES ? { modes: { currentModeId: 'auto', availableModes } } : {}) };
    },
    'session/set_mode': () => ({}),
    'session/close': () => ({}),
    'session/prompt': ({ sessionId }) => { say(sessionId, text(asked.join(' '))); return { stopReason: 'end_turn' }; },
  };
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    asked.push([method, params.sessionId ?? (params.cwd ?? '').split('/').at(-1)].filter(Boolean).join(':'));
    try { send({ id, result: methods[method](params) }); } catch (error) { send({ id, error }); }
  }).on('close', () => process.exit());
`;

function counting(env: Record<string, string> = {}, askMode: string | null = null) {
  const agent = { id: 'demo', name: 'Counting', command: process.execPath, args: ['-e', COUNTING], env };
  return bench({ ...agent, opensAhead: true, askMode });
}

test('a chat in a folder where a session is open gets that session, with what was said of it', async () => {
  await using b = counting();
  b.wanted['demo'] = [b.folder, `open:${b.worktree('s2')}`, `open:${b.worktree('s1')}`];
  await b.backend.tendSpares();
  const whys = (await b.backend.inspect()).map(({ why }) => why);
  expect(whys).toContain(`Spare: started ahead for the next session, with one open in ${b.worktree('s1')}`);
  const { log } = await b.turn('c1', 'what were you asked?');
  expect(log.text).toBe('initialize session/new:s1 session/prompt:s1');
  expect(b.outOfTurn.map(({ chatId, event }) => [chatId, event.type])).toEqual([['c1', 'commands']]);
  expect(b.children).toHaveLength(3);
  // The next chat of that session finds none open.
  const second = await b.turn('c2', 'and now?');
  expect(second.log.text).toContain('session/new:s1 session/prompt:s2');
});

test('it is in the asking mode by then, and shows its options to the chat', async () => {
  await using b = counting({ MODES: '1' }, 'ask');
  b.wanted['demo'] = [`open:${b.worktree('s1')}`];
  await b.backend.tendSpares();
  const { log } = await b.turn('c1', 'what were you asked?');
  expect(log.text).toBe('initialize session/new:s1 session/set_mode:s1 session/prompt:s1');
  const shown = b.outOfTurn.flatMap(({ event }) => (event.type === 'config' ? event.options : []));
  expect(shown).toMatchObject([{ id: 'mode', currentValue: 'ask' }]);
});

test('a session open in another folder is closed, and its process serves all the same', async () => {
  await using b = counting();
  b.wanted['demo'] = [`open:${b.worktree('s2')}`];
  await b.backend.tendSpares();
  const { log } = await b.turn('c1', 'what were you asked?');
  expect(log.text).toBe('initialize session/new:s2 session/close:s1 session/new:s1 session/prompt:s2');
  expect(b.children).toHaveLength(1);
});

test('a conversation that is brought back does not take the open session', async () => {
  await using b = counting();
  b.wanted['demo'] = [`open:${b.worktree('s1')}`];
  b.stored.set('c1/demo', { agentSessionId: 'earlier', serverPort: null });
  await b.backend.tendSpares();
  const { log } = await b.turn('c1', 'what were you asked?');
  // It can neither resume nor load, so it gets a new one.
  expect(log.text).toBe('initialize session/new:s1 session/close:s1 session/new:s1 session/prompt:s2');
});

test('a session is open with the MCP servers of its project, and is not taken once there are others', async () => {
  await using b = counting();
  b.mcp.server = 'files';
  b.wanted['demo'] = [`open:${b.worktree('s1')}`];
  await b.backend.tendSpares();
  const first = await b.turn('c1', 'what were you asked?');
  expect(first.log.text).toBe('initialize session/new:s1 session/prompt:s1');
  b.wanted['demo'] = [`open:${b.worktree('s2')}`];
  await b.backend.tendSpares();
  b.mcp.server = 'tickets';
  const log = b.prompt(await b.ensure('c2', 'demo', { sessionId: 's2' }), 'what were you asked?');
  await log.result;
  expect(log.text).toBe('initialize session/new:s2 session/close:s1 session/new:s2 session/prompt:s2');
});

test('an agent that cannot open a session yet is a spare without one', async () => {
  await using b = counting({ FAILS: '1' });
  b.wanted['demo'] = [`open:${b.worktree('s1')}`];
  await b.backend.tendSpares();
  expect(await b.backend.inspect()).toMatchObject([{ why: 'Spare: started ahead for the next session' }]);
  await expect(b.ensure('c1')).rejects.toMatchObject({ message: expect.stringContaining('log in first') });
});
