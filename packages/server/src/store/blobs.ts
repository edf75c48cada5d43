import { createHash } from 'node:crypto';
import { text } from './columns.ts';
import type { Database } from './database.ts';
import type { BlobTable } from './store.ts';

export function blobTable(database: Database): BlobTable {
  const put = database.prepare('INSERT OR IGNORE INTO blobs (id, mime_type, bytes) VALUES (?, ?, ?)');
  const mimeType = database.prepare('SELECT mime_type FROM blobs WHERE id = ?');
  const get = database.prepare('SELECT mime_type, bytes FROM blobs WHERE id = ?');
  const end = database.prepare('SELECT substr(bytes, -?) AS bytes FROM blobs WHERE id = ?');
  return {
    put(content, type) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const blob = createHash('sha256').update(bytes).digest('hex');
      const known = mimeType.get(blob);
      // Looked up first: a write that changes nothing would still wait for the disk.
      if (known === null) put.run(blob, type, bytes);
      return { blob, size: bytes.length, mimeType: known === null ? type : text(known, 'mime_type') };
    },
    get(id) {
      const row = get.get(id);
      return row === null ? null : { mimeType: text(row, 'mime_type'), bytes: row['bytes'] as Uint8Array };
    },
    end(id, bytes) {
      return (end.get(bytes, id)?.['bytes'] as Uint8Array | undefined) ?? null;
    },
  };
}
