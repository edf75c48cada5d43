import { PilotlightError } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { AgentSpec, type ResolvedAgent } from '../agent-spec.ts';
import { StartLimits } from './start-limits.ts';
import { Bench } from './test-bench.ts';

const agent: ResolvedAgent = {
  ...AgentSpec.parse({ id: 'shaky', name: 'Shaky', command: 'false' }),
  processEnv: {},
};

function bench() {
  let now = 0;
  const pauses: number[] = [];
  const pause = async (ms: number): Promise<void> => {
    pauses.push(ms);
    now += ms;
  };
  return {
    limits: new StartLimits({ now: () => now, pause }),
    pauses,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('the pauses grow, and after the fifth failure in a row a start is refused with the reason', async () => {
  const { limits, pauses, pass } = bench();
  await limits.admit(agent);
  for (let failure = 1; failure <= 4; failure++) {
    limits.ended('shaky', 100, true, `exit ${failure}`);
    expect(limits.isFree('shaky')).toBe(false);
    await limits.admit(agent);
  }
  expect(pauses).toEqual([250, 500, 1000, 2000]);
  limits.failed('shaky', new PilotlightError('agent_failed', 'Shaky ended: exit 5.'));
  await expect(limits.admit(agent)).rejects.toMatchObject({
    code: 'agent_unavailable',
    message:
      'Shaky failed 5 times in a row right after its start, and is tried again in 4 s. Last time: Shaky ended: exit 5.',
  });
  // When the pause is over there is one try, and its failure makes the next pause longer.
  pass(4000);
  await limits.admit(agent);
  limits.ended('shaky', 100, true, 'again');
  await expect(limits.admit(agent)).rejects.toMatchObject({ details: { failures: 6, retryInMs: 8000 } });
});

test('ten seconds of life make it forget, also of a process that was asked to end', async () => {
  for (const byItself of [true, false]) {
    const { limits } = bench();
    for (let failure = 0; failure < 5; failure++) limits.ended('shaky', 0, true, 'exit 1');
    limits.ended('shaky', 10_000, byItself, 'over');
    await limits.admit(agent);
    expect(limits.isFree('shaky')).toBe(true);
  }
});

test('what is not the doing of the agent does not count, nor an end that was asked for', () => {
  const { limits } = bench();
  limits.failed('shaky', new PilotlightError('agent_not_installed', 'not there'));
  limits.failed('shaky', new PilotlightError('server_stopping', 'stops'));
  limits.ended('shaky', 100, false, 'closed');
  expect(limits.isFree('shaky')).toBe(true);
});

test('a process that dies in each turn is not started a sixth time; one that is closed each time is', async () => {
  const { limits } = bench();
  const script = (prompt: string): string => `
    const send = (m) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...m }) + '\\n');
    const methods = {
      initialize: () => ({ protocolVersion: 1 }),
      'session/new': () => ({ sessionId: 's' }),
      'session/prompt': () => { ${prompt} },
    };
    require('node:readline').createInterface({ input: process.stdin })
      .on('line', (line) => { const { id, method } = JSON.parse(line); send({ id, result: methods[method]?.() ?? {} }); })
      .on('close', () => process.exit());`;
  const spec = (id: string, prompt: string) => ({
    id,
    name: id,
    command: process.execPath,
    args: ['-e', script(prompt)],
  });
  await using bench_ = new Bench(
    { limits },
    spec('dies', 'process.exit(3)'),
    spec('works', 'return { stopReason: "end_turn" }'),
  );
  for (let life = 0; life < 6; life++) {
    const { log: _log, result } = await bench_.turn(`w${life}`, 'go', 'works');
    expect(result).toMatchObject({ ok: true });
    await bench_.backend.closeSession(await bench_.ensure(`w${life}`, 'works'));
  }
  for (let life = 0; life < 5; life++) {
    const { result } = await bench_.turn('c1', 'go', 'dies');
    expect(result).toMatchObject({ ok: false, error: { code: 'agent_failed' } });
  }
  await expect(bench_.ensure('c1', 'dies')).rejects.toMatchObject({
    code: 'agent_unavailable',
    message: expect.stringMatching(/failed 5 times in a row.*exit/i),
  });
  expect(bench_.residency.at(-1)).toMatchObject({ state: 'cold', why: expect.stringContaining('5 times') });
});
