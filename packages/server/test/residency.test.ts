/** Release by idle time and memory, the pin, and release on request, through the whole server with real processes. */
import { readAllStats } from '@pilotlight/keeper';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Home, say, type Desk } from './composed-harness.ts';

const often = { residencyEveryMs: 50 };
const idle = { PILOTLIGHT_IDLE_MINUTES: '0.005' };
const greedy = { PILOTLIGHT_MEMORY_HIGH: '1MB', PILOTLIGHT_IDLE_MINUTES: '0' };

let home: Home | null = null;
afterEach(async () => {
  await home?.[Symbol.asyncDispose]();
  home = null;
});

async function start(env: Record<string, string>): Promise<Home> {
  home = await Home.start([], env, often);
  return home;
}

/** The row of the chat's demo agent once it says so. */
async function row(at: Home, { chat }: Desk, passes: (state: string, why: string) => boolean) {
  const found = await at.until(chat, ({ agentSessions: { demo } }) =>
    demo === undefined ? false : passes(demo.state, demo.why),
  );
  return found.agentSessions['demo'];
}

const isCold = (state: string): boolean => state === 'cold';

describe('an agent session that nobody needs', () => {
  it('is released after its idle time, says so, and resumes with the next prompt', async () => {
    const home = await start(idle);
    const desk = await home.desk();
    await home.turn(desk.chat, '/echo one');
    expect(await row(home, desk, isCold)).toMatchObject({
      why: 'Released after 0 s idle',
      pinned: false,
      lastUsedAt: expect.any(Number),
    });
    expect(home.survivors('demo')).toEqual([]);
    expect(await home.client.listAgentSessions()).toMatchObject([
      { chatId: desk.chat.id, state: 'cold', why: 'Released after 0 s idle' },
    ]);
    expect(await home.turn(desk.chat, '/recall')).toMatchObject({ state: 'completed' });
    expect(await home.words(desk.chat)).toContain('1. /echo one');
  });

  it('is released for memory, and the words name both sums', async () => {
    const home = await start(greedy);
    const desk = await home.desk();
    await home.turn(desk.chat, '/echo one');
    const cold = await row(home, desk, isCold);
    expect(cold?.why).toMatch(
      /^Released for memory: agents took \d+ MB, the high mark is 1 MB, and it was used least recently$/,
    );
  });
});

describe('an agent session that is needed', () => {
  it('stays while a turn runs and another waits, whatever the memory', async () => {
    const home = await start({ ...greedy, ...idle });
    const desk = await home.desk();
    const held = await home.client.submitPrompt(desk.chat.id, say('/hold go-on'));
    await home.said(desk.chat, 'holding');
    const queued = await home.client.submitPrompt(desk.chat.id, say('/echo waited'));
    // Another chat comes and goes meanwhile: the looks do happen.
    const other = await home.desk();
    await home.turn(other.chat, '/echo other');
    await row(home, other, isCold);
    expect((await home.client.getChat(desk.chat.id)).activity).toBe('running');
    writeFileSync(join(desk.folder, 'go-on'), '');
    expect(await home.client.waitForTurn(desk.chat.id, held.id)).toMatchObject({ state: 'completed' });
    expect(await home.client.waitForTurn(desk.chat.id, queued.id)).toMatchObject({ state: 'completed' });
  });

  it('stays while a question is open', async () => {
    const home = await start({ ...greedy, ...idle });
    const desk = await home.desk();
    const asking = await home.client.submitPrompt(desk.chat.id, say('/ask'));
    const asked = await home.until(desk.chat, ({ permissions }) => Object.keys(permissions).length > 0);
    const other = await home.desk();
    await home.turn(other.chat, '/echo other');
    await row(home, other, isCold);
    const [permission] = Object.values(asked.permissions);
    const optionId = permission?.options[0]?.optionId ?? '';
    await home.client.answerPermission(permission?.id ?? '', { optionId });
    expect(await home.client.waitForTurn(desk.chat.id, asking.id)).toMatchObject({ state: 'completed' });
  });

  it('stays when it is pinned, and goes when it is not any more; the pin survives a restart', async () => {
    const home = await start({ PILOTLIGHT_IDLE_MINUTES: '0' });
    const { client } = home;
    const desk = await home.desk();
    await expect(client.updateAgentSession(desk.chat.id, 'demo', { pinned: true })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('no session'),
    });
    await home.turn(desk.chat, '/echo one');
    expect(await client.updateAgentSession(desk.chat.id, 'demo', { pinned: true })).toMatchObject({
      pinned: true,
      why: 'Kept warm, as you asked',
    });
    await home.restart({ ...greedy, ...idle }, often);
    expect(await home.client.listAgentSessions()).toMatchObject([{ pinned: true, state: 'cold' }]);
    await home.turn(desk.chat, '/echo two');
    const other = await home.desk();
    await home.turn(other.chat, '/echo other');
    await row(home, other, isCold);
    await row(home, desk, (state, why) => state === 'ready' && why === 'Kept warm, as you asked');
    await home.client.updateAgentSession(desk.chat.id, 'demo', { pinned: false });
    await row(home, desk, isCold);
  });

  it('stays while a program it started in a turn still runs', async () => {
    home = await Home.start([worker], { ...greedy, ...idle }, often);
    const desk = await home.desk('worker');
    await home.turn(desk.chat, 'work on');
    const kept = await home.until(desk.chat, ({ agentSessions: { worker: row } }) =>
      Boolean(row?.why.includes('background')),
    );
    expect(kept.agentSessions['worker']).toMatchObject({
      state: 'ready',
      why: 'Kept warm: sleep still runs in the background',
    });
    const [process_] = await home.client.listProcesses();
    expect(process_?.why).toContain('sleep still runs in the background');
    const sleeper = readAllStats().find(({ parent }) => parent === process_?.pid);
    if (sleeper === undefined) throw new Error('the program is not there');
    process.kill(sleeper.pid, 'SIGKILL');
    await home.until(desk.chat, ({ agentSessions: { worker: row } }) => row?.state === 'cold');
  });
});

describe('what is resident', () => {
  it('is told with memory, processor time and last use, and let go on request', async () => {
    const home = await start({});
    const desk = await home.desk();
    const before = Date.now();
    await home.turn(desk.chat, '/echo one');
    const [process_] = await home.client.listProcesses();
    expect(process_?.memoryBytes).toBeGreaterThan(1_000_000);
    expect(process_?.cpuMs).toBeGreaterThan(0);
    expect(process_?.lastUsedAt).toBeGreaterThanOrEqual(before);
    await home.client.releaseAgentSession(desk.chat.id, 'demo');
    expect(await row(home, desk, isCold)).toMatchObject({ why: 'Released on request' });
    expect(await home.client.listProcesses()).toEqual([]);
  });

  it('a prompt that comes while its session is being released is answered', async () => {
    const home = await start({});
    const desk = await home.desk();
    await home.turn(desk.chat, '/echo one');
    for (let round = 0; round < 5; round++) {
      // Refused when the prompt came first.
      const released = home.client.releaseAgentSession(desk.chat.id, 'demo').catch(() => {});
      const turn = await home.turn(desk.chat, `/echo round ${round}`);
      expect(turn).toMatchObject({ state: 'completed', dispatch: 'warm' });
      await released;
    }
  });
});

/** Starts a program in its turn that goes on after it. */
const worker = {
  id: 'worker',
  name: 'Worker',
  command: process.execPath,
  args: [
    '-e',
    `const send = (m) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...m }) + '\\n');
     const methods = {
       initialize: () => ({ protocolVersion: 1 }),
       'session/new': () => ({ sessionId: 's' }),
       'session/prompt': () => new Promise((done) => setTimeout(() => {
         require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' });
         done({ stopReason: 'end_turn' });
       }, 150)),
     };
     require('node:readline').createInterface({ input: process.stdin })
       .on('line', async (line) => {
         const { id, method, params } = JSON.parse(line);
         if (id !== undefined && method) send({ id, result: await methods[method]?.(params) ?? {} });
       })
       .on('close', () => process.exit());`,
  ],
};

describe('a spare', () => {
  const spare = { PILOTLIGHT_SPARES: '1' };
  const waiting = async (home: Home) =>
    (await home.client.listProcesses()).filter(({ why }) => why.startsWith('Spare'));

  it('waits after the start for each agent that was used in the last day, and is taken', async () => {
    home = await Home.start([], { PILOTLIGHT_SPARES: '0' });
    const desk = await home.desk();
    await home.turn(desk.chat, '/echo one');
    await home.restart(spare);
    const here = home;
    await expect.poll(() => waiting(here), { timeout: 15_000 }).toHaveLength(1);
    const [{ pid = 0, agent = '', lastUsedAt = 0 } = {}] = await waiting(home);
    expect({ agent, lastUsedAt }).toEqual({ agent: 'demo', lastUsedAt: null });
    await home.turn(desk.chat, '/recall');
    expect(await home.words(desk.chat)).toContain('1. /echo one');
    const holder = (await home.client.listProcesses()).find(({ chatIds }) => chatIds.includes(desk.chat.id));
    expect(holder?.pid).toBe(pid);
  });

  it('goes first under memory pressure, and none is started then', async () => {
    home = await Home.start([], { ...spare, ...greedy }, often);
    const desk = await home.desk();
    const held = await home.client.submitPrompt(desk.chat.id, say('/hold go-on'));
    await home.said(desk.chat, 'holding');
    const other = await home.desk();
    await home.turn(other.chat, '/echo other');
    await row(home, other, isCold);
    // Longer than a place waits to be filled again.
    const end = Date.now() + 2500;
    await expect
      .poll(
        async () => {
          expect(await home?.client.listProcesses()).toHaveLength(1);
          return Date.now() > end;
        },
        { timeout: 10_000 },
      )
      .toBe(true);
    writeFileSync(join(desk.folder, 'go-on'), '');
    await home.client.waitForTurn(desk.chat.id, held.id);
  });
});
