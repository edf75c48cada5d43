/**
 * The built-in demo agent: a scripted agent that speaks ACP version 1 over stdio and needs neither key nor download.
 *
 * It lives until its stdin ends and then exits at once, with its commands. `PILOTLIGHT_DEMO_STATE` is the folder of its
 * sessions, `PILOTLIGHT_DEMO_PACE_MS` the pause between streamed chunks in milliseconds (15 without it).
 */
import { Connection } from './connection.ts';
import { DemoAgent } from './demo-agent.ts';
import { killRunningCommands } from './run-command.ts';
import { SessionStore, stateFolder } from './session-store.ts';

function exit(): never {
  killRunningCommands();
  process.exit(0);
}

const pace = Number(process.env['PILOTLIGHT_DEMO_PACE_MS'] ?? 15);
const agent = new DemoAgent(new SessionStore(stateFolder(process.env)), pace >= 0 ? pace : 15);
agent.attach(new Connection(process.stdin, process.stdout, agent));
process.stdin.once('end', exit);
process.stdout.once('error', exit);
