/** The server of a benchmark, in a process of its own; answers with the delays of its event loop, and with its memory. */
import { composeServer, keptProcesses } from '@pilotlight/server';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const [dataFolder] = process.argv.slice(2);
if (dataFolder === undefined) throw new Error('usage: server-child DATA_FOLDER');

// Resolution 1 ms: the histogram's values are delays beyond the millisecond asked for.
const delay = monitorEventLoopDelay({ resolution: 1 });
const pageFolder = fileURLToPath(new URL('../packages/web/dist', import.meta.url));
const kept = process.env['PILOTLIGHT_KEEPER'] === 'on' ? { processes: keptProcesses } : {};
const server = await composeServer({ dataFolder, port: 0, pageFolder, ...kept, onStopRequested: () => {} });
process.send?.({ url: server.url, token: server.token });

process.on('message', (message) => {
  if (message === 'watch') {
    delay.reset();
    delay.enable();
  } else if (message === 'delays') {
    delay.disable();
    process.send?.({ maxMs: delay.max / 1e6 - 1, p99Ms: delay.percentile(99) / 1e6 - 1 });
  } else if (message === 'memory') {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    for (let n = 0; n < 3; n++) collect();
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({ resident: rss, heap: heapUsed });
  } else if (message === 'close') {
    void server.close().then(() => process.disconnect());
  }
});
