import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Task } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS, type Migration } from './migrations.ts';
import { DATABASE_NAME, openStore } from './open-store.ts';
import { addChats, message, project, session, temporaryFolder } from './store-fixture.ts';

/** Without the spaces that a column added later has elsewhere. */
function squeezed(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').replaceAll(/ ?([(),]) ?/g, '$1');
}

function schemaOf(file: string): unknown[] {
  using database = new DatabaseSync(file, { readOnly: true });
  return database
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
    .all()
    .map((row) => ({ ...row, sql: squeezed(String(row['sql'])) }));
}

function made(folder: string): string {
  using store = openStore({ dataFolder: folder });
  addChats(store, 'cht_a');
  for (let n = 0; n < 200; n += 1) {
    store.messages.upsert(
      message(`msg_${n}`, 'cht_a', { parts: [{ type: 'text', text: 'x'.repeat(2000) }] }),
    );
  }
  return store.file;
}

const NEWEST = MIGRATIONS.length;
const next: Migration = {
  version: NEWEST + 1,
  name: 'colour',
  sql: () => `ALTER TABLE projects ADD COLUMN colour TEXT; UPDATE projects SET colour = 'red';`,
};
const broken: Migration = {
  version: NEWEST + 2,
  name: 'broken',
  sql: () => 'CREATE TABLE half (a); INSERT INTO nowhere VALUES (1);',
};

describe('migrations', () => {
  it('make the same schema as schema.sql', () => {
    using bySchema = temporaryFolder();
    using byMigrations = temporaryFolder();
    openStore({ dataFolder: bySchema.path })[Symbol.dispose]();
    const file = join(byMigrations.path, 'other.db');
    using database = new DatabaseSync(file);
    for (const migration of MIGRATIONS) database.exec(migration.sql());
    expect(schemaOf(file)).toEqual(schemaOf(join(bySchema.path, DATABASE_NAME)));
    expect(MIGRATIONS.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it('bring an existing database forward and keep a copy of it', () => {
    using folder = temporaryFolder();
    const file = made(folder.path);
    using store = openStore({ dataFolder: folder.path, migrations: [...MIGRATIONS, next] });
    expect(store.projects.list()).toEqual([project('prj_00000001')]);
    using copy = new DatabaseSync(`${file}.v${NEWEST}.bak`, { readOnly: true });
    expect(copy.prepare('PRAGMA user_version').get()).toEqual({ user_version: NEWEST });
    expect(copy.prepare('SELECT count(*) AS n FROM messages').get()).toEqual({ n: 200 });
    expect(() => copy.prepare('SELECT colour FROM projects')).toThrow('colour');
    using now = new DatabaseSync(file, { readOnly: true });
    expect(now.prepare('SELECT colour FROM projects').all()).toEqual([{ colour: 'red' }]);
    expect(now.prepare('PRAGMA user_version').get()).toEqual({ user_version: NEWEST + 1 });
    expect(statSync(`${file}.v${NEWEST}.bak`).mode & 0o777).toBe(0o600);
  });

  it('take a database of the first version with everything in it to the newest', () => {
    using folder = temporaryFolder();
    using old = new DatabaseSync(join(folder.path, DATABASE_NAME));
    old.exec(MIGRATIONS[0]?.sql() ?? '');
    old.exec(`INSERT INTO projects VALUES ('prj_1', 'shop', '/src/shop', 'git', 1);
      INSERT INTO sessions VALUES ('ses_1', 'prj_1', 'old', 0, NULL, 2, NULL);
      INSERT INTO chats (id, session_id, title, agent, activity, last_line, created_at, updated_at)
        VALUES ('cht_1', 'ses_1', '', 'alpha', 'idle', '', 3, 3);
      INSERT INTO turns (id, chat_id, agent, state, position, message_id, created_at, started_at, ended_at)
        VALUES ('trn_1', 'cht_1', 'alpha', 'completed', 1, 'msg_1', 3, 4, 5);
      INSERT INTO tasks VALUES ('tsk_1', 'prj_1', 'tidy', 'alpha', 'ses_1', 'cht_1', 'trn_1', 3);
      PRAGMA user_version = 1`);
    old.close();
    using store = openStore({ dataFolder: folder.path });
    expect(store.sessions.list()).toEqual([session('ses_1', 'prj_1', { title: 'old', base: null })]);
    const [task] = store.tasks.list();
    expect(Task.parse(task)).toEqual(task);
    expect(task).toMatchObject({ title: 'tidy', state: 'done', endedAt: 5, chatId: 'cht_1', inPlace: false });
  });

  it('leave a database at the last version that worked', () => {
    using folder = temporaryFolder();
    const file = made(folder.path);
    const migrations = [...MIGRATIONS, next, broken];
    expect(() => openStore({ dataFolder: folder.path, migrations })).toThrow('nowhere');
    using database = new DatabaseSync(file, { readOnly: true });
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: NEWEST + 1 });
    expect(() => database.prepare('SELECT * FROM half')).toThrow('half');
  });

  it('do not copy or touch a database that is new or up to date', () => {
    using folder = temporaryFolder();
    const file = made(folder.path);
    openStore({ dataFolder: folder.path })[Symbol.dispose]();
    expect(existsSync(`${file}.v0.bak`)).toBe(false);
    expect(existsSync(`${file}.v${NEWEST}.bak`)).toBe(false);
  });
});

describe('a database that cannot be used', () => {
  it('of a newer server is refused and left untouched', () => {
    using folder = temporaryFolder();
    const file = made(folder.path);
    openStore({ dataFolder: folder.path, migrations: [...MIGRATIONS, next] })[Symbol.dispose]();
    const before = readFileSync(file);
    expect(() => openStore({ dataFolder: folder.path })).toThrow(
      expect.objectContaining({ code: 'store_newer', message: expect.stringContaining(file) as string }),
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('that is no database is refused and left untouched', () => {
    using folder = temporaryFolder();
    const file = join(folder.path, DATABASE_NAME);
    writeFileSync(file, 'this is a letter, not a database. '.repeat(100));
    const before = readFileSync(file);
    expect(() => openStore({ dataFolder: folder.path })).toThrow(
      expect.objectContaining({ code: 'store_corrupt', message: expect.stringContaining(file) as string }),
    );
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('whose end is missing is refused', () => {
    using folder = temporaryFolder();
    const file = made(folder.path);
    truncateSync(file, 40_000);
    expect(() => openStore({ dataFolder: folder.path })).toThrow(
      expect.objectContaining({ code: 'store_corrupt' }),
    );
  });

  it('that is damaged inside says so at the statement that finds it', () => {
    using folder = temporaryFolder();
    const file = made(folder.path);
    const bytes = readFileSync(file);
    // The schema on the first pages stays readable, so opening succeeds.
    bytes.fill(0xa5, bytes.length / 2);
    writeFileSync(file, bytes);
    using store = openStore({ dataFolder: folder.path });
    expect(() => store.messages.page('cht_a', { limit: 10 })).toThrow(
      expect.objectContaining({ code: 'store_corrupt', message: expect.stringContaining(file) as string }),
    );
  });

  it('that may not be written is refused', () => {
    using folder = temporaryFolder();
    made(folder.path);
    // Root may write everywhere, so the attempt is made as somebody else.
    const script = `
      if (process.getuid?.() === 0) process.setuid(65534);
      const { openStore } = await import(${JSON.stringify(new URL('./open-store.ts', import.meta.url).href)});
      try { openStore({ dataFolder: process.argv[1] }); console.log('opened'); }
      catch (error) { console.log(error.code + ' ' + error.message); }`;
    chmodSync(join(folder.path, DATABASE_NAME), 0o444);
    chmodSync(folder.path, 0o555);
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script, folder.path], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    chmodSync(folder.path, 0o755);
    expect(said).toMatch(/^store_readonly /);
    expect(said).toContain(folder.path);
  });

  it('on a full disk keeps what was committed and takes more when there is room', () => {
    using folder = temporaryFolder();
    const file = made(folder.path);
    using store = openStore({ dataFolder: folder.path, maxBytes: statSync(file).size + 200_000 });
    let kept = 0;
    const fill = () => {
      for (; kept < 1000; kept += 1) store.settings.set(`key${kept}`, 'y'.repeat(20_000));
    };
    expect(fill).toThrow(
      expect.objectContaining({ code: 'store_full', message: expect.stringContaining(file) as string }),
    );
    expect(kept).toBeGreaterThan(2);
    expect(store.settings.get(`key${kept - 1}`)).toBe('y'.repeat(20_000));
    expect(store.settings.get(`key${kept}`)).toBeUndefined();
    store.chats.remove('cht_a');
    store.settings.set(`key${kept}`, 'room again');
    expect(store.settings.get(`key${kept}`)).toBe('room again');
  });
});

describe('a data folder', () => {
  it('is made for the user alone', () => {
    using folder = temporaryFolder();
    const nested = join(folder.path, 'a', 'b');
    openStore({ dataFolder: nested })[Symbol.dispose]();
    expect(statSync(nested).mode & 0o777).toBe(0o700);
    mkdirSync(join(folder.path, 'open'), { mode: 0o755 });
    openStore({ dataFolder: join(folder.path, 'open') })[Symbol.dispose]();
    expect(statSync(join(folder.path, 'open')).mode & 0o777).toBe(0o700);
  });
});
