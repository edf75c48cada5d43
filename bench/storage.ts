import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openChat, startBenchServer } from './bench-server.ts';
import { round, type Row } from './stats.ts';

function databaseBytes(folder: string): number {
  return readdirSync(folder)
    .filter((name) => name.startsWith('pilotlight.db'))
    .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** Bytes on disk per byte of content, for text in small chunks and for a growing tool output. */
export async function measureStorage(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [what, command, content] of [
    ['2 MB of text in 100,000 chunks', '/flood 100000 text', 0],
    ['4 MB of tool output', '/output 4000000', 4_000_000],
  ] as const) {
    const server = await startBenchServer();
    try {
      const chatId = await server.chat();
      const chat = await openChat(server, chatId);
      await chat.play('/echo warm');
      const before = databaseBytes(server.dataFolder);
      await chat.play(command);
      chat.close();
      const { messages } = await server.client.listMessages(chatId, { limit: 1 });
      const bytes = content === 0 ? contentBytes(messages) : content;
      const stored = databaseBytes(server.dataFolder) - before;
      const ratio = stored / bytes;
      rows.push({
        what: `bytes on disk per byte of content, ${what}, log included`,
        figure: round(ratio),
        reach: '≤ 3',
        ok: ratio <= 3,
      });
    } finally {
      await server.close();
    }
  }
  return rows;
}

function contentBytes(messages: readonly { parts: readonly unknown[] }[]): number {
  let bytes = 0;
  for (const message of messages) {
    for (const part of message.parts as { text?: string; head?: { size: number }[] }[]) {
      bytes +=
        Buffer.byteLength(part.text ?? '') + (part.head ?? []).reduce((sum, blob) => sum + blob.size, 0);
    }
  }
  return bytes;
}
