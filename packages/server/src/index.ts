export { composeServer, stopServer, type RunningServer, type ServerOptions } from './compose.ts';
export { keptProcesses } from './kept-processes.ts';
export { VERSION } from './version.ts';
