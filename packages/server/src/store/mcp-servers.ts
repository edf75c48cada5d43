import type { McpServer, McpTransport } from '@pilotlight/protocol';
import { json, number, text, textOrNull } from './columns.ts';
import type { Database, Row } from './database.ts';
import type { McpServerTable } from './store.ts';

function fromRow(row: Row): McpServer {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    projectId: textOrNull(row, 'project_id'),
    transport: json<McpTransport>(row, 'transport_json'),
    enabled: number(row, 'enabled') === 1,
    createdAt: number(row, 'created_at'),
  };
}

export function mcpServerTable(database: Database): McpServerTable {
  const insert = database.prepare(
    `INSERT INTO mcp_servers (id, project_id, name, transport_json, enabled, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare('UPDATE mcp_servers SET transport_json = ?, enabled = ? WHERE id = ?');
  const get = database.prepare('SELECT * FROM mcp_servers WHERE id = ?');
  const list = database.prepare('SELECT * FROM mcp_servers ORDER BY name, created_at');
  const remove = database.prepare('DELETE FROM mcp_servers WHERE id = ?');
  return {
    insert: ({ id, projectId, name, transport, enabled, createdAt }) =>
      insert.run(id, projectId, name, JSON.stringify(transport), Number(enabled), createdAt),
    update: ({ id, transport, enabled }) => update.run(JSON.stringify(transport), Number(enabled), id),
    get(id) {
      const row = get.get(id);
      return row === null ? null : fromRow(row);
    },
    list: () => list.all().map(fromRow),
    remove: (id) => remove.run(id),
  };
}
