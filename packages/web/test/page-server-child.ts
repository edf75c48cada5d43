/** A server with the page, in a process of its own, to be killed: `node page-server-child.ts DATA_FOLDER PORT`. */
import { fileURLToPath } from 'node:url';
import { composeServer } from '../../server/src/index.ts';

const [dataFolder = '', port = '0'] = process.argv.slice(2);
const pageFolder = fileURLToPath(new URL('../dist', import.meta.url));
const server = await composeServer({ dataFolder, port: Number(port), pageFolder });
process.send?.({ url: server.url, token: server.token, port: Number(new URL(server.url).port) });
process.once('disconnect', () => void server.close());
