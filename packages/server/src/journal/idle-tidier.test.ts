import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore } from '../store/open-store.ts';
import { addChats, message, temporaryFolder } from '../store/store-fixture.ts';
import type { Store } from '../store/store.ts';
import { IdleTidier } from './idle-tidier.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function fillAndEmpty(store: Store): void {
  addChats(store, 'cht_a');
  const parts = [{ type: 'text' as const, text: 'x'.repeat(5000) }];
  store.transaction(() => {
    for (let n = 0; n < 500; n += 1) store.messages.upsert(message(`msg_${n}`, 'cht_a', { parts }));
  });
  store.chats.remove('cht_a');
}

describe('tidying', () => {
  it('waits until nothing was written for a while, then gives everything back', () => {
    using folder = temporaryFolder();
    using store = openStore({ dataFolder: folder.path });
    using tidier = new IdleTidier(store, (error) => expect.unreachable(String(error)));
    fillAndEmpty(store);
    const full = store.sizeBytes();
    tidier.workDone();
    vi.advanceTimersByTime(1500);
    tidier.workDone();
    vi.advanceTimersByTime(1500);
    expect(store.sizeBytes()).toBe(full);
    vi.advanceTimersByTime(1000);
    expect(store.sizeBytes()).toBeLessThan(full / 5);
  });

  it('does not wait for ever on a server that is never idle', () => {
    using folder = temporaryFolder();
    using store = openStore({ dataFolder: folder.path });
    using tidier = new IdleTidier(store, (error) => expect.unreachable(String(error)));
    fillAndEmpty(store);
    const full = store.sizeBytes();
    for (let n = 0; n < 35; n += 1) {
      tidier.workDone();
      vi.advanceTimersByTime(1000);
    }
    expect(store.sizeBytes()).toBeLessThan(full / 5);
  });

  it('reports a failure and tries again after the next write', () => {
    using folder = temporaryFolder();
    const store = openStore({ dataFolder: folder.path });
    const errors: unknown[] = [];
    using tidier = new IdleTidier(store, (error) => errors.push(error));
    store[Symbol.dispose]();
    for (let n = 0; n < 2; n += 1) {
      tidier.workDone();
      vi.advanceTimersByTime(3000);
    }
    expect(errors).toHaveLength(2);
  });
});
