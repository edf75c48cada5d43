import { SCRIPTED, type Cast, type OpenCast } from '@pilotlight/chaos';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startModelServer, type ModelServer } from '../model-server/model-server.ts';
import type { RealAgentId } from '../real-agents/real-agent.ts';
import { prepareRealAgent } from '../real-agents/prepare-real-agent.ts';

/** Which agents take part besides ours. */
export interface Choice {
  /** `scripted`, or a real agent against the model server */
  acp: 'scripted' | Exclude<RealAgentId, 'opencode'>;
  opencode: boolean;
}

const DILIGENT_PROGRAM = fileURLToPath(new URL('./diligent-agent.ts', import.meta.url));

/** One more agent that speaks ACP, and opencode's server where it is wanted. */
export function castOf({ acp, opencode }: Choice): Cast {
  const beside = acp === 'scripted' ? SCRIPTED : acp;
  return {
    beside,
    alone: opencode ? 'opencode' : beside,
    open: (folder) => open({ acp, opencode }, folder),
  };
}

async function open({ acp, opencode }: Choice, folder: string): Promise<OpenCast> {
  const models = await startModelServer();
  const promptsFile = join(folder, 'diligent.log');
  const prepare = (id: RealAgentId): ReturnType<typeof prepareRealAgent> => {
    const home = join(folder, `home-${id}`);
    mkdirSync(home);
    return prepareRealAgent(id, { modelUrl: models.url, home });
  };
  const acpEntry = (): object => {
    if (acp === 'scripted') {
      const args = [DILIGENT_PROGRAM, promptsFile];
      return { id: SCRIPTED, name: 'Diligent', command: process.execPath, args };
    }
    const { command, args, env } = prepare(acp);
    return { id: acp, command, args, env };
  };
  const opencodeEntry = (): object => {
    const { command, args, env } = prepare('opencode');
    return { id: 'opencode', command, coldArgs: args, env };
  };
  return {
    entries: [acpEntry(), ...(opencode ? [opencodeEntry()] : [])],
    prompts: () => [...linesOf(promptsFile), ...ofModels(models)],
    [Symbol.asyncDispose]: () => models[Symbol.asyncDispose](),
  };
}

function ofModels({ requests }: ModelServer): string[] {
  return requests.flatMap(({ marker, kind, tools, isAfterwards }) =>
    // Requests without tools are asides, such as for a title.
    marker !== null && kind === 'text' && tools.length > 0 && !isAfterwards ? [marker.tag] : [],
  );
}

function linesOf(file: string): string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter(Boolean);
}
