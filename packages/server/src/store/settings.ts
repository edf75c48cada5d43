import { json } from './columns.ts';
import type { Database } from './database.ts';
import type { SettingTable } from './store.ts';

export function settingTable(database: Database): SettingTable {
  const get = database.prepare('SELECT value_json FROM settings WHERE key = ?');
  const set = database.prepare(
    `INSERT INTO settings (key, value_json) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET value_json = excluded.value_json`,
  );
  return {
    get(key) {
      const row = get.get(key);
      return row === null ? undefined : json<unknown>(row, 'value_json');
    },
    set: (key, value) => set.run(key, JSON.stringify(value)),
  };
}
