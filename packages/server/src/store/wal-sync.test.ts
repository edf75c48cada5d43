import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import { WalSync } from './wal-sync.ts';

const root = mkdtempSync(join(tmpdir(), 'pilotlight-wal-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('synced', () => {
  it('waits for what was written, over checkpoints, for many callers at once', async () => {
    using store = openStore({ dataFolder: join(root, 'data') });
    for (let round = 0; round < 3; round++) {
      store.transaction(() => store.settings.set('round', round), 'written');
      await Promise.all(Array.from({ length: 50 }, () => store.synced()));
      while (store.tidy());
    }
    using other = openStore({ dataFolder: join(root, 'data') });
    expect(other.settings.get('round')).toBe(2);
  });

  it('fails as a commit would, and works again when it can', async () => {
    const sync = new WalSync(join(root, 'nowhere', 'pilotlight.db'));
    await expect(sync.synced()).rejects.toThrow('ENOENT');
    const next = new WalSync(join(root, 'data', 'pilotlight.db'));
    using store = openStore({ dataFolder: join(root, 'data') });
    store.transaction(() => store.settings.set('again', true), 'written');
    await expect(next.synced()).resolves.toBeUndefined();
    await next.close();
  });
});
