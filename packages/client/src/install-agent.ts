import { PilotlightError, asProblem } from '@pilotlight/protocol';
import type { AgentInfo } from '@pilotlight/protocol';
import type { HttpCaller } from './http-caller.ts';
import { readEventStream } from './read-event-stream.ts';

export interface InstallOptions {
  version?: string | undefined;
  onLine?: (line: string) => void;
  /** aborted: the installation ends */
  signal?: AbortSignal;
}

/** Installs an agent on the server. @throws PilotlightError `install_failed`, `agent_unknown`, … */
export async function installAgent(
  http: HttpCaller,
  id: string,
  options: InstallOptions,
): Promise<AgentInfo> {
  const { version, onLine, signal } = options;
  const body = version === undefined ? {} : { version };
  const response = await http.response('POST', `/api/agents/${encodeURIComponent(id)}/install`, {
    body,
    signal,
  });
  for await (const { event, data } of readEventStream(response.body as ReadableStream<Uint8Array>)) {
    if (event === 'line') onLine?.((JSON.parse(data) as { line: string }).line);
    if (event === 'result') return JSON.parse(data) as AgentInfo;
    if (event === 'problem') {
      const problem = asProblem(JSON.parse(data));
      if (problem === null) break;
      throw new PilotlightError(problem.code, problem.detail, { details: problem.details ?? {} });
    }
  }
  throw new PilotlightError(
    'server_unreachable',
    `the server at ${http.url} went away while it installed ${id}; try again`,
  );
}
