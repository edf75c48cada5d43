import { createClient } from '@pilotlight/client';
import { stopKeepers } from '@pilotlight/keeper';
import { newId } from '@pilotlight/protocol';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endCommand, startCommand, type StartedServer } from './start.ts';
import { quantile, round, type Row } from './stats.ts';

const ROUNDS = 5;
/** ms between two words of the agent */
const PACE = 15;

/** A server that is killed while an agent speaks, and started again at once: when a client hears the next words. */
export async function measureReattach(): Promise<Row[]> {
  const root = mkdtempSync(join(tmpdir(), 'pilotlight-bench-reattach-'));
  const dataFolder = join(root, 'data');
  const projectFolder = join(root, 'project');
  mkdirSync(projectFolder);
  const before = process.env['PILOTLIGHT_DEMO_PACE_MS'];
  process.env['PILOTLIGHT_DEMO_PACE_MS'] = String(PACE);
  const [total, healthy]: [number[], number[]] = [[], []];
  let server: StartedServer | null = null;
  try {
    server = await startCommand(dataFolder, root);
    const port = Number(new URL(server.url).port);
    const client = createClient({ url: server.url, token: server.token });
    const project = await client.createProject({ path: projectFolder });
    for (let n = 0; n <= ROUNDS; n++) {
      const { chat } = await client.createSession({ projectId: project.id, agent: 'demo' });
      let onWords: (at: number) => void = () => {};
      using _following = client.followChat(chat.id, {
        onFrame: ({ event, at }) => {
          if (event.type === 'text') onWords(at);
        },
      });
      const id = newId('turn');
      const speaks = new Promise<number>((resolve) => (onWords = resolve));
      await client.submitPrompt(chat.id, { id, content: [{ type: 'text', text: '/count 100000' }] });
      await speaks;
      await pause(200);
      const killed = Date.now();
      const dead = endCommand(server, 'SIGKILL');
      const goesOn = new Promise<number>((resolve) => {
        // Written down by the next server.
        onWords = (at) => at > killed + 2 && resolve(Date.now() - killed);
      });
      await dead;
      server = await startCommand(dataFolder, root, port);
      const took = await goesOn;
      await client.cancelTurn(id);
      await client.waitForTurn(chat.id, id);
      // The first start of all compiles the server.
      if (n === 0) continue;
      total.push(took);
      healthy.push(server.healthyMs);
    }
  } finally {
    if (before === undefined) delete process.env['PILOTLIGHT_DEMO_PACE_MS'];
    else process.env['PILOTLIGHT_DEMO_PACE_MS'] = before;
    if (server !== null) await endCommand(server);
    await stopKeepers(dataFolder);
    rmSync(root, { recursive: true, force: true });
  }
  const median = quantile(total, 0.5);
  return [
    {
      what: `killed server started at once, from the kill to the next words of the running turn at a client that comes back, median of ${ROUNDS} (healthy after ${round(quantile(healthy, 0.5), 0)} ms of that; longest ${round(quantile(total, 1), 0)} ms)`,
      figure: `${round(median, 0)} ms`,
      reach: '≤ 1,500 ms',
      ok: median <= 1500,
    },
  ];
}
