import { openChat, startBenchServer } from './bench-server.ts';
import { round, type Row } from './stats.ts';

/** How long ten flooding agents block the server's event loop. */
export async function measureFlood(agents = 10, updates = 40_000): Promise<Row[]> {
  const server = await startBenchServer();
  try {
    const chats = await Promise.all(
      Array.from({ length: agents }, async () => openChat(server, await server.chat())),
    );
    await Promise.all(chats.map((chat) => chat.play('/echo warm')));
    server.watchLoop();
    await Promise.all(chats.map((chat) => chat.play(`/flood ${updates} mixed`)));
    const { maxMs, p99Ms } = await server.loopDelays();
    for (const chat of chats) chat.close();
    return [
      {
        what: `event loop blocked at most while ${agents} agents flood ${updates} mixed updates each (p99 ${round(p99Ms)} ms)`,
        figure: `${round(maxMs)} ms`,
        reach: '≤ 50 ms',
        ok: maxMs <= 50,
      },
    ];
  } finally {
    await server.close();
  }
}
