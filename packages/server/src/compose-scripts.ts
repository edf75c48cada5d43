import type { ProcessPort } from '@pilotlight/keeper';
import type { Project, Session } from '@pilotlight/protocol';
import { handedOn } from './backends/agent-environment.ts';
import type { Announcer } from './dispatch/announcer.ts';
import { WorktreeWatches } from './dispatch/worktree-watches.ts';
import { ScriptRunner } from './scripts/script-runner.ts';
import { Scripts } from './scripts/scripts.ts';
import { SessionPorts } from './scripts/session-ports.ts';

export interface ScriptParts {
  announcer: Announcer;
  processes: ProcessPort;
  env: NodeJS.ProcessEnv;
  getSession(id: string): Session;
  getProject(id: string): Project;
  onError(error: unknown): void;
}

/** The scripts of projects, and who is told of them and of changes in worktrees. Disposing `building` ends both. */
export function composeScripts(
  building: AsyncDisposableStack,
  parts: ScriptParts,
): { scripts: Scripts; watches: WorktreeWatches } {
  const { announcer, processes, env, getSession, getProject, onError } = parts;
  const watches = building.use(new WorktreeWatches({ getSession, getProject, onError }));
  const onOutput = (sessionId: string): void => watches.tell(sessionId, 'scripts');
  const runner = building.use(new ScriptRunner({ announcer, processes, onOutput }));
  const ports = new SessionPorts(announcer.store);
  const scripts = new Scripts({ announcer, runner, ports, env: handedOn(env, []), getSession, getProject });
  return { scripts, watches };
}
