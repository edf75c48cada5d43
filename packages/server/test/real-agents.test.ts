/**
 * Every real agent through the whole server: over HTTP and WebSocket, in a git worktree, against a model on loopback.
 * What an agent can and cannot is data; the tests are the same for all.
 */
import type { Continuity } from '@pilotlight/protocol';
import { ensureRealAgents, finalText, REAL_AGENT_IDS, type RealAgentId } from '@pilotlight/testkit';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RealAgentDesk, textOf } from './real-agent-desk.ts';

interface Expected {
  /** a script that changes a file in a way this agent asks for, and the file */
  change(tag: string, cwd: string): { marker: string; file: string; content: string };
  /** how it can come to know the conversation when its process was ended */
  comesBack: readonly Continuity[];
  /** where it keeps its conversations, in its home */
  memory: string;
}

const write: Expected['change'] = (tag, cwd) => ({
  marker: `[[write tag=${tag} cwd=${cwd}]]`,
  file: `written-${tag}.txt`,
  content: `written ${tag}\n`,
});
const command: Expected['change'] = (tag, cwd) => ({
  marker: `[[shell ask tag=${tag} cwd=${cwd}]]`,
  file: `proof-${tag}.txt`,
  content: `ran-${tag}\n`,
});

const expectations: Record<RealAgentId, Expected> = {
  opencode: { change: write, comesBack: ['resumed'], memory: '.local/share/opencode' },
  claude: { change: write, comesBack: ['resumed'], memory: '.claude/projects' },
  // It edits inside its folder without a question, and asks for commands that want to leave its sandbox.
  codex: { change: command, comesBack: ['resumed'], memory: '.codex/sessions' },
  // It cannot load what it began in the same minute of the clock, and has forgotten it then.
  gemini: { change: write, comesBack: ['loaded', 'recap'], memory: '.gemini/tmp' },
  qwen: { change: write, comesBack: ['resumed'], memory: '.qwen/projects' },
};

/** agent → ability → what was seen */
const table: Record<string, Record<string, string>> = {};

beforeAll(async () => {
  await ensureRealAgents();
}, 600_000);

afterAll(() => {
  // The table is what this file is run for.
  // oxlint-disable-next-line no-console
  console.table(table);
});

describe.each(REAL_AGENT_IDS)('%s', { timeout: 60_000 }, (id) => {
  const { change, comesBack, memory } = expectations[id];
  const seen: Record<string, string> = (table[id] = {});
  let desk: RealAgentDesk;

  beforeAll(async () => {
    desk = await RealAgentDesk.open(id);
  }, 60_000);
  // Throws when a process or an entry of the ledger is left.
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    seen['nothing left'] = 'works';
  }, 60_000);

  /** A prompt after the process was ended: it works, and says truly how the agent came to know what was said. */
  async function goOn(tag: string, before: string | null): Promise<Continuity | null> {
    const { turn, text, parts } = await desk.ask(`Go on. [[text tag=${tag}]]`);
    const notices = parts.flatMap((part) => (part.type === 'notice' ? [part.code] : []));
    const { state, dispatch, continuity, error } = turn;
    expect({ state, dispatch, error }).toEqual({ state: 'completed', dispatch: 'warm', error: null });
    expect(notices).toEqual(continuity === 'recap' ? ['recap'] : []);
    expect(text).toBe(finalText(tag));
    expect((await desk.conversation()) === before).toBe(continuity !== 'recap');
    return continuity;
  }

  test('says text and reasoning', async () => {
    const { turn, parts, text, firstWordMs } = await desk.ask('Hello. [[text tag=first]]');
    expect(turn).toMatchObject({ state: 'completed', dispatch: 'warm', continuity: 'fresh', error: null });
    expect(text).toBe(finalText('first'));
    // One of them sets its thoughts in paragraphs.
    expect(textOf(parts, 'reasoning')).toMatch(/Thinking[\s*]+it over\./);
    seen['text, reasoning'] = 'works';
    seen['first word, from nothing'] = `${Math.round(firstWordMs)} ms`;
  });

  test('asks before it changes a file, and changes it in the worktree', async () => {
    const worktree = await desk.worktree();
    const { marker, file, content } = change('kept', worktree);
    const turnId = await desk.submit(`Please. ${marker}`);
    const answered = await desk.answer(turnId, 'allow_once');
    expect(answered).toMatchObject({ state: 'answered', answeredBy: 'test', agent: id });
    expect(await desk.ended(turnId)).toMatchObject({ state: 'completed', error: null });
    expect(readFileSync(join(worktree, file), 'utf8')).toBe(content);
    expect(existsSync(join(desk.desk.folder, file))).toBe(false);
    const { parts, text } = await desk.said(turnId);
    expect(text).toContain(finalText('kept'));
    const tools = parts.flatMap((part) => (part.type === 'tool_call' ? [part.toolCall.status] : []));
    expect(tools).toEqual(['completed']);
    const { turns } = await desk.home.until(desk.desk.chat, (state) => state.turns[turnId]?.diff != null);
    expect(turns[turnId]?.diff).toEqual({ files: 1, additions: 1, deletions: 0 });
    seen['permission, edit, diff'] = 'works';
  });

  test('leaves alone what was refused', async () => {
    const worktree = await desk.worktree();
    const { marker, file } = change('refused', worktree);
    const turnId = await desk.submit(`Please. ${marker}`);
    await desk.answer(turnId, 'reject_once');
    const { state, error } = await desk.ended(turnId);
    expect({ state, error }).toEqual({ state: 'completed', error: null });
    expect(existsSync(join(worktree, file))).toBe(false);
    expect(await desk.home.client.listPermissions({ state: 'pending' })).toEqual([]);
    seen['refusal'] = 'works';
  });

  test('is cancelled in the middle of an answer', async () => {
    const turnId = await desk.submit('Take your time. [[hold gate tag=gate]]');
    await desk.held('gate');
    await desk.home.client.cancelTurn(turnId);
    const turn = await desk.ended(turnId);
    expect(turn).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    expect(turn.error?.details?.['by']).toBe('acknowledged');
    seen['cancel'] = String(turn.error?.details?.['by']);
  });

  test('takes the next prompt in the same warm process', async () => {
    const before = await desk.process();
    const { turn, text, firstWordMs } = await desk.ask('Again. [[text tag=warm]]');
    expect(turn).toMatchObject({ state: 'completed', dispatch: 'warm', continuity: 'live' });
    expect(text).toBe(finalText('warm'));
    expect((await desk.process()).pid).toBe(before.pid);
    seen['same process'] = 'live';
    seen['first word, warm'] = `${Math.round(firstWordMs)} ms`;
  });

  test('another chat shares the process', async () => {
    const before = await desk.process();
    await desk.moveToNewChat();
    const { turn, text } = await desk.ask('Hello. [[text tag=other-chat]]');
    expect(turn).toMatchObject({ state: 'completed', dispatch: 'warm', continuity: 'fresh' });
    expect(text).toBe(finalText('other-chat'));
    expect((await desk.process()).pid).toBe(before.pid);
    expect(await desk.home.client.listProcesses()).toHaveLength(1);
    seen['second chat'] = 'same process';
  });

  // From here on in that chat: a recap must quote no script of a tool, or the model would run it again.
  test('comes back after kill -9 between turns', async () => {
    const conversation = await desk.conversation();
    await desk.kill();
    const continuity = await goOn('after-idle-kill', conversation);
    expect(comesBack).toContain(continuity);
    seen['kill -9, idle'] = String(continuity);
  });

  test('kill -9 in the middle of a turn fails that turn only', async () => {
    const conversation = await desk.conversation();
    const turnId = await desk.submit('Take your time. [[hold struck tag=struck]]');
    await desk.held('struck');
    await desk.kill();
    const turn = await desk.ended(turnId);
    expect(turn).toMatchObject({ state: 'failed', error: { code: 'agent_failed' } });
    expect(turn.error?.message).toContain('SIGKILL');
    const continuity = await goOn('after-turn-kill', conversation);
    expect(comesBack).toContain(continuity);
    seen['kill -9, in a turn'] = String(continuity);
  });

  test('comes back after a restart of the server', async () => {
    const conversation = await desk.conversation();
    const before = await desk.process();
    await desk.restartServer();
    expect(desk.home.ledger()).toEqual([]);
    const continuity = await goOn('after-restart', conversation);
    expect(comesBack).toContain(continuity);
    seen['server restart'] = String(continuity);
    expect((await desk.process()).pid).not.toBe(before.pid);
    const words = await desk.home.words(desk.desk.chat);
    for (const tag of ['other-chat', 'after-idle-kill', 'after-turn-kill', 'after-restart'])
      expect(words).toContain(finalText(tag));
  });

  test('is told what was said when it has forgotten it', async () => {
    const conversation = await desk.conversation();
    await desk.restartServer(() => rmSync(join(desk.agentHome, memory), { recursive: true }));
    expect(await goOn('after-oblivion', conversation)).toBe('recap');
    seen['memory lost'] = 'recap';
  });
});
