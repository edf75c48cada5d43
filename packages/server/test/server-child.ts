/** A server in a process of its own, to be killed: `node server-child.ts DATA_FOLDER`. Says where it is, or why not. */
import { toErrorInfo } from '@pilotlight/protocol';
import { composeServer } from '../src/index.ts';

const [dataFolder = ''] = process.argv.slice(2);
try {
  const server = await composeServer({ dataFolder, port: 0 });
  process.send?.({ url: server.url, token: server.token });
  process.once('disconnect', () => void server.close());
} catch (error) {
  process.send?.({ error: toErrorInfo(error) });
  process.disconnect();
}
