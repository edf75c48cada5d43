export { composeServer, type RunningServer, type ServerOptions } from './compose.ts';
export { VERSION } from './version.ts';
