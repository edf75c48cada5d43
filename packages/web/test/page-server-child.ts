/** A server with the page, in a process of its own, to be killed: `node page-server-child.ts DATA_FOLDER PORT [keeper]`. */
import { fileURLToPath } from 'node:url';
import { composeServer, keptProcesses } from '../../server/src/index.ts';

const [dataFolder = '', port = '0', keeper] = process.argv.slice(2);
const pageFolder = fileURLToPath(new URL('../dist', import.meta.url));
const processes = keeper === 'keeper' ? { processes: keptProcesses } : {};
const server = await composeServer({ dataFolder, port: Number(port), pageFolder, ...processes });
process.send?.({ url: server.url, token: server.token, port: Number(new URL(server.url).port) });
process.once('disconnect', () => void server.close());
