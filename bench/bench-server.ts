import { createClient, type Client } from '@pilotlight/client';
import { stopKeepers } from '@pilotlight/keeper';
import { newId, type ChatFrame } from '@pilotlight/protocol';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchTurn, type PlayedTurn } from './watch-turn.ts';

export interface LoopDelays {
  maxMs: number;
  p99Ms: number;
}

/** bytes, after a forced collection of garbage */
export interface MemoryUse {
  resident: number;
  heap: number;
}

/**
 * A server in a process of its own on a temporary data folder, and a plain folder as project.
 * `prepare` may fill the data folder before; `env` is the agents', where PILOTLIGHT_KEEPER `on` gives them to a keeper.
 */
export async function startBenchServer(
  prepare: (dataFolder: string) => void = () => {},
  env: Record<string, string> = {},
) {
  const root = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  const dataFolder = join(root, 'data');
  const projectFolder = join(root, 'project');
  mkdirSync(projectFolder);
  mkdirSync(dataFolder, { mode: 0o700 });
  prepare(dataFolder);
  const child = fork(fileURLToPath(new URL('./server-child.ts', import.meta.url)), [dataFolder], {
    env: {
      ...process.env,
      PILOTLIGHT_DEMO_PACE_MS: '0',
      PILOTLIGHT_SPARES: '0',
      PILOTLIGHT_AGENT_ENV: Object.keys(env).join(','),
      ...env,
    },
  });
  const next = async <T>(): Promise<T> => ((await once(child, 'message')) as [T])[0];
  const { url, token } = await next<{ url: string; token: string }>();
  const client: Client = createClient({ url, token });
  const project = await client.createProject({ path: projectFolder });
  return {
    client,
    url,
    token,
    dataFolder,
    session: (agent = 'demo') => client.createSession({ projectId: project.id, agent }),
    async chat(agent?: string): Promise<string> {
      return (await this.session(agent)).chat.id;
    },
    submit: (chatId: string, text: string) =>
      client.submitPrompt(chatId, { id: newId('turn'), content: [{ type: 'text', text }] }),
    /** Submits, and waits for the end of the turn. */
    async run(chatId: string, text: string): Promise<void> {
      await client.waitForTurn(chatId, (await this.submit(chatId, text)).id);
    },
    async memory(): Promise<MemoryUse> {
      const answer = next<MemoryUse>();
      child.send('memory');
      return answer;
    },
    watchLoop: () => child.send('watch'),
    async loopDelays(): Promise<LoopDelays> {
      const answer = next<LoopDelays>();
      child.send('delays');
      return answer;
    },
    async close(): Promise<void> {
      const exit = once(child, 'exit');
      child.send('close');
      await exit;
      await stopKeepers(dataFolder);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export type BenchServer = Awaited<ReturnType<typeof startBenchServer>>;

/** A chat followed over one WebSocket; turns are played on it one after another. */
export async function openChat(server: BenchServer, chatId: string) {
  let onFrame: (frame: ChatFrame) => void = () => {};
  const ready = Promise.withResolvers<void>();
  const following = server.client.followChat(chatId, {
    onFrame: (frame) => onFrame(frame),
    onState: () => ready.resolve(),
    onError: (error) => ready.reject(error),
  });
  await ready.promise;
  return {
    play(text: string): Promise<PlayedTurn> {
      const id = newId('turn');
      const watch = watchTurn(id);
      onFrame = watch.onFrame;
      server.client.submitPrompt(chatId, { id, content: [{ type: 'text', text }] }).catch(watch.fail);
      return watch.played;
    },
    close: () => following[Symbol.dispose](),
  };
}
