import { WebSocket } from 'ws';
import { startFrameSource } from './frame-source.ts';
import { thousands, type Row } from './stats.ts';

const CLIENTS = 20;

/** Frames per second to 20 WebSocket clients that follow one chat. */
export async function measureFanOut(frames = 40_000): Promise<Row[]> {
  const source = await startFrameSource();
  const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => listen(source, frames)));
  const start = performance.now();
  source.produce(frames);
  await Promise.all(sockets.map((socket) => socket.done));
  const seconds = (performance.now() - start) / 1000;
  for (const socket of sockets) socket.close();
  await source.close();
  const rate = (frames * CLIENTS) / seconds;
  return [
    {
      what: `frames/s to ${CLIENTS} clients on one chat, uncoalesced`,
      figure: `${thousands(rate)}/s`,
      reach: '≥ 200,000/s',
      ok: rate >= 200_000,
    },
  ];
}

/** Counts frames by their envelope, without parsing: the clients share the machine with the server they measure. */
async function listen(source: { url: string; token: string; topic: string }, frames: number) {
  const socket = new WebSocket(`${source.url.replace('http', 'ws')}/api/ws`, {
    headers: { authorization: `Bearer ${source.token}` },
  });
  const done = Promise.withResolvers<void>();
  const subscribed = Promise.withResolvers<void>();
  let seen = 0;
  socket.on('message', (data: Buffer) => {
    if (data.includes('"type":"error"')) return subscribed.reject(new Error(data.toString()));
    if (data.includes('"type":"snapshot"') || data.includes('"frames":[]')) return subscribed.resolve();
    for (let at = data.indexOf('"seq":'); at >= 0; at = data.indexOf('"seq":', at + 6)) seen++;
    if (seen >= frames) done.resolve();
  });
  socket.on('error', done.reject);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'subscribe', topic: source.topic }));
  await subscribed.promise;
  return { done: done.promise, close: () => socket.close() };
}
