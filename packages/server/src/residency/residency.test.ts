import type { BackendProcess } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import type { ResidentSession } from './policy.ts';
import { Residency, type ResidencyOptions } from './residency.ts';

const MINUTE = 60_000;

type Child = { pid: number; name: string; startedAt: number };

/** A residency over processes in memory, with a clock that the test moves. */
function bench() {
  let now = 0;
  let timer: { at: number; work: () => void } | null = null;
  const processes: (BackendProcess & { backend: 'acp_warm' })[] = [];
  const sessions: ResidentSession[] = [];
  const children: Child[] = [];
  const released: string[] = [];
  const explained: string[] = [];
  let looks = 0;
  const options: ResidencyOptions = {
    inspect: async () => {
      looks += 1;
      return processes;
    },
    measure: (pids) =>
      new Map(pids.map((pid) => [pid, { memoryBytes: 100, cpuMs: 7, descendants: [...children] }])),
    sessions: () => sessions,
    helpers: () => ['own'],
    release: async ({ chatId }, why) => {
      released.push(`${chatId}: ${why}`);
      processes.length = sessions.length = 0;
    },
    endUnused: async (_, pid) => {
      released.push(`process ${pid}`);
      processes.splice(0, processes.length, ...processes.filter((each) => each.pid !== pid));
    },
    explain: (session, why) => explained.push(`${session.chatId}: ${why}`),
    marks: { idleMs: 30 * MINUTE, highBytes: 1000, lowBytes: 1000 },
    now: () => now,
    onError: (error) => {
      throw error;
    },
    schedule: (work, ms) => {
      timer = { at: now + ms, work };
      return () => {
        timer = null;
      };
    },
  };
  return {
    options,
    processes,
    sessions,
    children,
    released,
    explained,
    residency: new Residency(options),
    get looks() {
      return looks;
    },
    get isScheduled() {
      return timer !== null;
    },
    at: (ms: number) => {
      now = ms;
    },
    /** A session of its own process that opens now and is ready two seconds later. */
    open(residency: Residency, chatId: string) {
      residency.changed({ chatId, agent: 'a' }, 'starting');
      const pid = processes.length + 1;
      now += 2000;
      const process = { agent: 'a', pid, memoryBytes: null, startedAt: now, why: 'Kept warm for 1 chat' };
      processes.push({ ...process, state: 'ready', chatIds: [chatId], backend: 'acp_warm' });
      sessions.push({ chatId, agent: 'a', lastUsedAt: now, need: null });
      residency.changed({ chatId, agent: 'a' }, 'ready');
    },
    /** Goes on to the next look, and past it. */
    async next(residency: Residency) {
      now = Math.max(now, timer?.at ?? 0);
      await residency.look();
    },
  };
}

test('nothing is looked at while nothing is resident', async () => {
  const b = bench();
  expect(b.isScheduled).toBe(false);
  b.open(b.residency, 'c');
  expect(b.isScheduled).toBe(true);
  await b.next(b.residency);
  expect([b.looks, b.isScheduled]).toEqual([1, true]);
  b.at(31 * MINUTE);
  await b.next(b.residency);
  expect(b.released).toEqual(['c: Released after 30 min idle']);
  await b.next(b.residency);
  expect(b.isScheduled).toBe(false);
  b.residency.changed({ chatId: 'c', agent: 'a' }, 'cold');
  expect(b.isScheduled).toBe(false);
});

test('a child that began in a turn keeps its agent, helpers of the agent do not', async () => {
  const b = bench();
  b.open(b.residency, 'c');
  b.children.push({ pid: 10, name: 'helper', startedAt: 1500 }, { pid: 11, name: 'own', startedAt: 9000 });
  b.children.push({ pid: 12, name: 'npm', startedAt: 5000 });
  await b.next(b.residency);
  b.at(31 * MINUTE);
  await b.next(b.residency);
  expect(b.released).toEqual([]);
  expect(b.explained.at(-1)).toBe('c: Kept warm: npm still runs in the background');
  expect((await b.residency.processes())[0]).toMatchObject({
    why: 'Kept warm for 1 chat; npm still runs in the background',
    cpuMs: 7,
    memoryBytes: 100,
    lastUsedAt: 2000,
  });
  b.children.pop();
  await b.next(b.residency);
  expect(b.released).toEqual(['c: Released after 30 min idle']);
});

test('under memory pressure the unused process goes first, and it is said', async () => {
  const b = bench();
  const pressed: boolean[] = [];
  b.options.marks = { idleMs: null, highBytes: 250, lowBytes: 200 };
  b.options.onLooked = (isPressed) => pressed.push(isPressed);
  await using residency = new Residency(b.options);
  b.open(residency, 'c');
  const [first] = b.processes;
  if (first !== undefined) for (const pid of [2, 3]) b.processes.push({ ...first, pid, chatIds: [] });
  await b.next(residency);
  expect(b.released).toEqual(['process 2']);
  await b.next(residency);
  expect(pressed).toEqual([true, false]);
});

test('a session that is needed, or not known, stays', async () => {
  const b = bench();
  b.open(b.residency, 'c');
  const [session] = b.sessions;
  for (const need of ['opening', 'turn', 'queue', 'question', 'pinned'] as const) {
    if (session !== undefined) session.need = need;
    b.at(60 * MINUTE);
    await b.next(b.residency);
  }
  b.sessions.length = 0;
  await b.next(b.residency);
  expect(b.released).toEqual([]);
});

test('what becomes resident during a look that finds nothing is looked at', async () => {
  const b = bench();
  b.residency.changed({ chatId: 'c', agent: 'a' }, 'starting');
  const looking = b.next(b.residency);
  b.residency.changed({ chatId: 'c', agent: 'a' }, 'ready');
  await looking;
  expect(b.isScheduled).toBe(true);
});
