import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideReleases, totalMemory, type Need, type ResidentProcess } from './policy.ts';

const MB = 2 ** 20;
const needs: (Need | null)[] = [null, null, null, 'opening', 'turn', 'queue', 'question', 'pinned'];
const NOW = 10_000_000;

const session = fc.record({ lastUsedAt: fc.integer({ min: 0, max: NOW }), need: fc.constantFrom(...needs) });
const process = fc.record({
  memoryBytes: fc.option(fc.integer({ min: 0, max: 4_000 }).map((mb) => mb * MB)),
  sessions: fc.array(session, { maxLength: 4 }),
  work: fc.oneof({ weight: 4, arbitrary: fc.constant<string[]>([]) }, fc.constant<string[]>(['npm'])),
  unused: fc.boolean(),
});
const processes = fc.array(process, { maxLength: 12 }).map((all) =>
  all.map((each, pid): ResidentProcess => ({
    ...each,
    pid,
    agent: 'a',
    unused: each.unused && each.sessions.length === 0,
    sessions: each.sessions.map((one, at) => ({ ...one, agent: 'a', chatId: `c${pid}-${at}` })),
  })),
);
const marks = fc
  .record({
    idleMs: fc.option(fc.integer({ min: 0, max: NOW })),
    high: fc.integer({ min: 0, max: 20_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ idleMs, high, share }) => ({ idleMs, highBytes: high * MB, lowBytes: high * MB * share }));

/** What is resident after the releases, with the processes that nobody uses any more gone. */
function after(all: readonly ResidentProcess[], releases: ReturnType<typeof decideReleases>) {
  const gone = new Set(releases.map(({ chatId, pid }) => chatId ?? `p${pid}`));
  return all
    .filter(({ pid }) => !gone.has(`p${pid}`))
    .map((each) => ({ ...each, sessions: each.sessions.filter(({ chatId }) => !gone.has(chatId)) }))
    .filter((each) => each.sessions.length > 0 || all[each.pid]?.sessions.length === 0);
}

const isHeld = (each: ResidentProcess) =>
  each.work.length > 0 || each.sessions.some(({ need }) => need !== null);

describe('decideReleases', () => {
  it('never releases what is needed, nor anything twice', () => {
    fc.assert(
      fc.property(processes, marks, (all, limits) => {
        const releases = decideReleases(all, limits, NOW);
        const names = releases.map(({ pid, chatId }) => `${pid}/${chatId}`);
        expect(new Set(names).size).toBe(names.length);
        for (const { pid, chatId } of releases) {
          const owner = all[pid];
          expect(owner?.work.length === 0 || owner?.unused).toBe(true);
          if (chatId === null) expect(owner?.unused).toBe(true);
          else expect(owner?.sessions.find((each) => each.chatId === chatId)?.need).toBeNull();
        }
      }),
    );
  });

  it('leaves at most the low mark, or only what is needed, once the high mark was passed', () => {
    fc.assert(
      fc.property(processes, marks, (all, limits) => {
        const idle = after(all, decideReleases(all, { ...limits, highBytes: Number.MAX_VALUE }, NOW));
        fc.pre(totalMemory(idle) > limits.highBytes);
        const rest = after(all, decideReleases(all, limits, NOW));
        const able = rest.filter(
          (each) =>
            (each.memoryBytes ?? 0) > 0 && (each.unused || (each.sessions.length > 0 && !isHeld(each))),
        );
        expect(totalMemory(rest) <= limits.lowBytes || able.length === 0).toBe(true);
      }),
    );
  });

  it('for memory, takes the least recently used first and no more than it must', () => {
    fc.assert(
      fc.property(processes, marks, (all, limits) => {
        const releases = decideReleases(all, { ...limits, idleMs: null }, NOW);
        const released = new Set(releases.map(({ pid }) => pid));
        const lastUse = (each: ResidentProcess) =>
          each.unused ? -1 : Math.max(...each.sessions.map(({ lastUsedAt }) => lastUsedAt));
        const able = all.filter(
          (each) =>
            (each.memoryBytes ?? 0) > 0 && (each.unused || (each.sessions.length > 0 && !isHeld(each))),
        );
        const youngest = Math.max(-2, ...able.filter(({ pid }) => released.has(pid)).map(lastUse));
        for (const each of able)
          if (!released.has(each.pid)) expect(lastUse(each)).toBeGreaterThanOrEqual(youngest);
        const last = able.find(({ pid }) => pid === releases.at(-1)?.pid);
        if (last !== undefined) {
          const rest = totalMemory(after(all, releases)) + (last.memoryBytes ?? 0);
          expect(rest).toBeGreaterThan(limits.lowBytes);
        }
      }),
    );
  });

  const one = (more: Partial<ResidentProcess> = {}): ResidentProcess => ({
    pid: 1,
    agent: 'demo',
    memoryBytes: 900 * MB,
    sessions: [{ chatId: 'c', agent: 'demo', lastUsedAt: 0, need: null }],
    work: [],
    unused: false,
    ...more,
  });

  it('releases exactly at the idle time, and says so', () => {
    const limits = { idleMs: 1_800_000, highBytes: 1e12, lowBytes: 1e12 };
    expect(decideReleases([one()], limits, 1_799_999)).toEqual([]);
    expect(decideReleases([one()], limits, 1_800_000)).toEqual([
      { pid: 1, agent: 'demo', chatId: 'c', why: 'Released after 30 min idle' },
    ]);
    expect(decideReleases([one({ work: ['npm'] })], limits, 1_800_000)).toEqual([]);
  });

  it('says what memory there was and what the mark is', () => {
    const limits = { idleMs: null, highBytes: 1024 * MB, lowBytes: 900 * MB };
    const spare = one({ pid: 2, sessions: [], unused: true, memoryBytes: 500 * MB });
    expect(decideReleases([one(), spare], limits, 0)).toEqual([
      {
        pid: 2,
        agent: 'demo',
        chatId: null,
        why: 'Released for memory: agents took 1.4 GB, the high mark is 1.0 GB, and it was used least recently',
      },
    ]);
  });
});
