export { composeServer } from './compose.ts';
export { stopServer, type RunningServer, type ServerOptions } from './running-server.ts';
export { keptProcesses } from './kept-processes.ts';
export { VERSION } from './version.ts';
