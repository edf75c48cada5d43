/** The server of a benchmark, in a process of its own; answers with the delays of its event loop. */
import { composeServer } from '@pilotlight/server';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const [dataFolder] = process.argv.slice(2);
if (dataFolder === undefined) throw new Error('usage: server-child DATA_FOLDER');

// Resolution 1 ms: the histogram's values are delays beyond the millisecond asked for.
const delay = monitorEventLoopDelay({ resolution: 1 });
const pageFolder = fileURLToPath(new URL('../packages/web/dist', import.meta.url));
const server = await composeServer({ dataFolder, port: 0, pageFolder, onStopRequested: () => {} });
process.send?.({ url: server.url, token: server.token });

process.on('message', (message) => {
  if (message === 'watch') {
    delay.reset();
    delay.enable();
  } else if (message === 'delays') {
    delay.disable();
    process.send?.({ maxMs: delay.max / 1e6 - 1, p99Ms: delay.percentile(99) / 1e6 - 1 });
  } else if (message === 'close') {
    void server.close().then(() => process.disconnect());
  }
});
