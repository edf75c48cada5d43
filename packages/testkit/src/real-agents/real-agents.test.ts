import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { asString } from '../model-server/loose-json.ts';
import { startModelServer } from '../model-server/model-server.ts';
import { finalText } from '../model-server/plan-answer.ts';
import { messageText, startAcpProbe } from './acp-probe.ts';
import { ensureRealAgents } from './install.ts';
import { REAL_AGENT_IDS, type RealAgentId } from './real-agent.ts';
import { prepareRealAgent } from './recipes.ts';

const INSTALL_TIMEOUT_MS = 600_000;
const TURN_TIMEOUT_MS = 90_000;

beforeAll(async () => {
  await ensureRealAgents({ log: (line) => console.log(line) });
}, INSTALL_TIMEOUT_MS);

function temporaryFolder(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `real-agent-${name}-`)));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
  return folder;
}

function makeRepository(): string {
  const folder = temporaryFolder('work');
  writeFileSync(join(folder, 'README.md'), '# Sample\n');
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });
  git('init', '-b', 'main');
  git('add', '.');
  git('-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', 'commit', '-m', 'Begin');
  return folder;
}

/** Starts the agent on the model server and takes it as far as an open session in its asking mode. */
async function openSession(
  id: RealAgentId,
  modelUrl: string,
  cwd: string,
  answer: 'allow_once' | 'reject_once',
) {
  const agent = prepareRealAgent(id, { modelUrl, home: temporaryFolder(id) });
  const probe = startAcpProbe(agent, cwd, answer);
  onTestFinished(() => probe[Symbol.asyncDispose]());
  const clientCapabilities = { fs: { readTextFile: false, writeTextFile: false }, terminal: false };
  const initialized = await probe.request('initialize', { protocolVersion: 1, clientCapabilities });
  const session = await probe.request('session/new', { cwd, mcpServers: [] });
  const sessionId = asString(session['sessionId']) ?? '';
  if (agent.acp.askMode) await probe.request('session/set_mode', { sessionId, modeId: agent.acp.askMode });
  const prompt = (text: string) =>
    probe.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
  return { probe, initialized, sessionId, prompt };
}

describe.each(REAL_AGENT_IDS)('%s', (id) => {
  test('runs a command after asking, then answers', { timeout: TURN_TIMEOUT_MS }, async () => {
    await using models = await startModelServer();
    const cwd = makeRepository();
    const { probe, initialized, prompt } = await openSession(id, models.url, cwd, 'allow_once');
    expect(initialized['protocolVersion']).toBe(1);

    const result = await prompt(`Please run it. [[shell ask tag=smoke cwd=${cwd}]]`);

    expect(result['stopReason']).toBe('end_turn');
    expect(probe.permissions).toHaveLength(1);
    expect(readFileSync(join(cwd, 'proof-smoke.txt'), 'utf8')).toBe('ran-smoke\n');
    expect(messageText(probe.updates)).toContain(finalText('smoke'));
    expect(models.requests.find((request) => request.toolResults === 1)).toMatchObject({
      kind: 'text',
      status: 200,
    });
    expect(models.unknownRequests).toEqual([]);
  });

  test(
    'writes a file, is cancelled in mid-answer, then takes another prompt',
    { timeout: TURN_TIMEOUT_MS },
    async () => {
      await using models = await startModelServer();
      const cwd = makeRepository();
      const { probe, sessionId, prompt } = await openSession(id, models.url, cwd, 'allow_once');

      const turn = prompt(`Please write. [[write tag=kept cwd=${cwd}]] [[hold gate]]`);
      await models.waitForRequest((request) => request.state === 'held');
      probe.notify('session/cancel', { sessionId });
      expect((await turn)['stopReason']).toBe('cancelled');
      expect(readFileSync(join(cwd, 'written-kept.txt'), 'utf8')).toBe('written kept\n');
      await models.waitForRequest(
        (request) => request.marker?.name === 'hold' && request.state === 'aborted',
      );

      expect((await prompt('And now? [[text tag=later]]'))['stopReason']).toBe('end_turn');
      expect(messageText(probe.updates)).toContain(finalText('later'));
    },
  );

  test('does not run a command that is refused', { timeout: TURN_TIMEOUT_MS }, async () => {
    await using models = await startModelServer();
    const cwd = makeRepository();
    const { probe, prompt } = await openSession(id, models.url, cwd, 'reject_once');

    const result = await prompt(`Please run it. [[shell ask tag=refused cwd=${cwd}]]`);

    expect(['end_turn', 'cancelled']).toContain(result['stopReason']);
    expect(probe.permissions).toHaveLength(1);
    expect(existsSync(join(cwd, 'proof-refused.txt'))).toBe(false);
  });
});
