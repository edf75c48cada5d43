/** The warm backend with real agents against a model server on loopback. */
import {
  ensureRealAgents,
  finalText,
  prepareRealAgent,
  REAL_AGENT_IDS,
  startModelServer,
  type RealAgentId,
} from '@pilotlight/testkit';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { AskOptions } from './test-bench.ts';
import { Bench } from './test-bench.ts';

beforeAll(async () => {
  await ensureRealAgents();
}, 600_000);

function realBench(id: RealAgentId, modelUrl: string): Bench {
  const bench = new Bench();
  const home = join(bench.folder, 'home');
  mkdirSync(home);
  const { command, args, env, acp } = prepareRealAgent(id, { modelUrl, home });
  const deadlines = { initialize: 30_000, newSession: 30_000, cancel: 10_000, close: 5_000 };
  bench.addAgent({
    id,
    name: id,
    command,
    args: [...args],
    env: { ...env },
    askMode: acp.askMode,
    deadlines,
  });
  return bench;
}

/** One of them cannot load what it began in the same minute of the clock, and then begins anew. */
const expected: Record<RealAgentId, RegExp> = {
  opencode: /resumed/,
  claude: /resumed/,
  codex: /resumed/,
  gemini: /loaded|fresh/,
  qwen: /resumed/,
};

const allow: AskOptions = {
  onPermission: async ({ options }) => {
    const option = options.find(({ kind }) => kind === 'allow_once');
    return option ? { outcome: 'selected', optionId: option.optionId } : { outcome: 'cancelled' };
  },
};

test.each(REAL_AGENT_IDS)(
  '%s: a turn with a tool, a cancel, a warm turn, kill -9 and what comes after',
  { timeout: 120_000 },
  async (id) => {
    await using models = await startModelServer();
    await using bench = realBench(id, models.url);
    const cwd = bench.worktree();

    const { log, result } = await bench.turn(
      'c1',
      `Please run it. [[shell ask tag=real cwd=${cwd}]]`,
      id,
      allow,
    );
    expect(result).toEqual({ ok: true });
    expect(readFileSync(join(cwd, 'proof-real.txt'), 'utf8')).toBe('ran-real\n');
    expect(log.text).toContain(finalText('real'));
    const tool = log.events.findLast((event) => event.type === 'tool_update' || event.type === 'tool_call');
    expect(tool?.toolCall.status).toBe('completed');

    const slow = bench.prompt(await bench.ensure('c1', id), '[[slow 400 delay=50]]');
    await slow.said('tick');
    slow.abort.abort();
    expect(await slow.result).toMatchObject({
      error: { code: 'cancelled', details: { by: 'acknowledged' } },
    });

    const warm = await bench.turn('c1', '[[text tag=warm]]', id);
    expect(warm.log.text).toContain(finalText('warm'));
    expect(bench.children).toHaveLength(1);

    process.kill(bench.children[0]?.pid ?? 0, 'SIGKILL');
    await bench.told(() => bench.residency.at(-1)?.state === 'cold');
    const handle = await bench.ensure('c1', id);
    const continuity = bench.backend.continuity(handle);
    const again = bench.prompt(handle, '[[text tag=again]]');
    expect(await again.result).toEqual({ ok: true });
    expect(again.text).toContain(finalText('again'));
    expect(again.text).not.toContain(finalText('warm'));
    expect(continuity).toMatch(expected[id]);
    await bench.backend.closeSession(handle);
    expect(bench.survivors()).toEqual([]);
  },
);
