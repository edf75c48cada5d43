import type { ProcessPort } from '@pilotlight/keeper';
import type { Project, Session } from '@pilotlight/protocol';
import { handedOn } from './backends/agent-environment.ts';
import type { Announcer } from './dispatch/announcer.ts';
import { ScriptRunner } from './scripts/script-runner.ts';
import { Scripts } from './scripts/scripts.ts';
import { SessionPorts } from './scripts/session-ports.ts';

export interface ScriptParts {
  announcer: Announcer;
  processes: ProcessPort;
  env: NodeJS.ProcessEnv;
  getSession(id: string): Session;
  getProject(id: string): Project;
}

/** The scripts of projects. Disposing ends those that run. */
export function composeScripts(parts: ScriptParts): { scripts: Scripts; runner: ScriptRunner } {
  const { announcer, processes, env, getSession, getProject } = parts;
  const runner = new ScriptRunner({ announcer, processes, onOutput: () => undefined });
  const ports = new SessionPorts(announcer.store);
  const scripts = new Scripts({ announcer, runner, ports, env: handedOn(env, []), getSession, getProject });
  return { scripts, runner };
}
