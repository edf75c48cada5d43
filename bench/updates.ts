import { startBareClient } from './bare-client.ts';
import { openChat, startBenchServer } from './bench-server.ts';
import { quantile, round, thousands, type Row } from './stats.ts';

const ROUNDS = 5;

/** Agent updates per second through connection, recorder, journal and one WebSocket client, against a bare client. */
export async function measureUpdates(updates = 200_000): Promise<Row[]> {
  const rows: Row[] = [];
  const server = await startBenchServer();
  const bare = await startBareClient();
  const chat = await openChat(server, await server.chat());
  try {
    for (const kind of ['text', 'mixed']) {
      const count = kind === 'text' ? updates : updates / 4;
      const command = `/flood ${count} ${kind}`;
      const ours: number[] = [];
      const theirs: number[] = [];
      await bare.play(command);
      await chat.play(command);
      for (let i = 0; i < ROUNDS; i++) {
        theirs.push(count / ((await bare.play(command)).totalMs / 1000));
        ours.push(count / ((await chat.play(command)).totalMs / 1000));
      }
      const rate = quantile(ours, 0.5);
      const ratio = rate / quantile(theirs, 0.5);
      rows.push({
        what: `${kind} updates/s through recorder, journal and one client (${round(ratio)} of a bare client's ${thousands(quantile(theirs, 0.5))}/s)`,
        figure: `${thousands(rate)}/s`,
        reach: '≥ 50,000/s',
        ok: rate >= 50_000,
      });
    }
  } finally {
    chat.close();
    await bare.close();
    await server.close();
  }
  return rows;
}
