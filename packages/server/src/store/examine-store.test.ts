import { readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { examineStore } from './examine-store.ts';
import { DATABASE_NAME, openStore } from './open-store.ts';
import { addChats, message, temporaryFolder } from './store-fixture.ts';

function made(dataFolder: string): string {
  using store = openStore({ dataFolder });
  addChats(store, 'cht_a');
  store.transaction(() => {
    for (let n = 0; n < 300; n++)
      store.messages.upsert(
        message(`msg_${n}`, 'cht_a', { parts: [{ type: 'text', text: 'x'.repeat(500) }] }),
      );
  });
  return store.file;
}

test('nothing is there yet, or a good one is: its size', () => {
  using folder = temporaryFolder();
  expect(examineStore(folder.path)).toBeNull();
  expect(readdirSync(folder.path)).toEqual([]);
  // What a first start leaves that was ended early.
  execute(join(folder.path, DATABASE_NAME), 'PRAGMA journal_mode = WAL');
  expect(examineStore(folder.path)).toBeGreaterThan(0);
  const file = made(folder.path);
  const before = readFileSync(file);
  expect(examineStore(folder.path)).toBeGreaterThan(150_000);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a server that runs on it is not disturbed', () => {
  using folder = temporaryFolder();
  made(folder.path);
  using store = openStore({ dataFolder: folder.path });
  store.transaction(() => {
    store.messages.upsert(message('msg_open', 'cht_a'));
    expect(examineStore(folder.path)).toBeGreaterThan(0);
  });
});

test.each<[string, string, (file: string) => void]>([
  ['no database', 'store_corrupt', (file) => writeFileSync(file, 'a letter '.repeat(100))],
  ['one whose end is missing', 'store_corrupt', (file) => truncateSync(file, 40_000)],
  [
    'one that is damaged inside',
    'store_corrupt',
    (file) => {
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.fill(0xa5, bytes.length / 2));
    },
  ],
  ['one of another program', 'store_corrupt', (file) => execute(file, 'PRAGMA user_version = 0')],
  ['a newer one', 'store_newer', (file) => execute(file, 'PRAGMA user_version = 99')],
])('%s: %s', (_, code, change) => {
  using folder = temporaryFolder();
  const file = made(folder.path);
  change(file);
  const before = readFileSync(file);
  expect(() => examineStore(folder.path)).toThrow(
    expect.objectContaining({
      code,
      message: expect.stringContaining(join(folder.path, DATABASE_NAME)) as string,
    }),
  );
  expect(readFileSync(file).equals(before)).toBe(true);
});

function execute(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}
