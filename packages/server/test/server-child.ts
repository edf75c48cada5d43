/** A server in a process of its own, to be killed: `node server-child.ts DATA_FOLDER [keeper]`. Says where it is, or why not. */
import { toErrorInfo } from '@pilotlight/protocol';
import { composeServer, keptProcesses } from '../src/index.ts';

const [dataFolder = '', keeper] = process.argv.slice(2);
try {
  const server = await composeServer({
    dataFolder,
    port: 0,
    ...(keeper === 'keeper' ? { processes: keptProcesses } : {}),
  });
  process.send?.({ url: server.url, token: server.token });
  process.once('disconnect', () => void server.close());
} catch (error) {
  process.send?.({ error: toErrorInfo(error) });
  process.disconnect();
}
