import { finalText } from '@pilotlight/testkit';
import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { say } from '../../composed-harness.ts';
import type { Ability } from '../ability.ts';
import { completed, mustSay, type AgentBench, type Seen } from '../agent-bench.ts';
import { fails, works, type Cell } from '../cell.ts';
import { change, neverAsks } from './permissions.ts';
import { toolsOf } from './tools.ts';

/** Cancelled in order, nothing left open, and the next prompt of the chat is answered. */
async function wasCancelled(bench: AgentBench, { turn, parts }: Seen, note = ''): Promise<Cell> {
  if (turn.state !== 'cancelled') return fails(`the turn is ${turn.state}: ${turn.error?.message ?? ''}`);
  const by = String(turn.error?.details?.['by']);
  const open = parts.flatMap((part) =>
    part.type === 'tool_call' && ['pending', 'in_progress'].includes(part.toolCall.status) ? [part] : [],
  );
  if (open.length > 0) return fails('a tool call stays open');
  const next = await bench.turn('And now? [[text tag=next]]');
  completed(next);
  mustSay(next, finalText('next'));
  if (by === 'acknowledged') return works(note);
  return works(`it does not acknowledge, so its session is ended (${by})`);
}

const whileSpeaking: Ability = {
  id: 'cancel_text',
  title: 'Cancelled while it speaks',
  core: true,
  async judge(bench) {
    const body = say('Take your time. [[hold speaking tag=speaking]]');
    const running = bench.seen(body, () => Promise.resolve());
    await bench.desk.held('speaking');
    await bench.desk.home.client.cancelTurn(body.id);
    return await wasCancelled(bench, await running);
  },
};

const whileToolRuns: Ability = {
  id: 'cancel_tool',
  title: 'Cancelled while a tool runs',
  core: false,
  async judge(bench) {
    const worktree = await bench.desk.worktree();
    const body = say(`Run it. [[slow-tool ask 30 tag=cancelled cwd=${worktree}]]`);
    const running = bench.seen(body, (permission) => bench.answer(permission, 'allow_once'));
    const pid = await firstContent(worktree, 'slow-cancelled.pid');
    await bench.desk.home.client.cancelTurn(body.id);
    const seen = await running;
    if (toolsOf(seen).length === 0) return fails('the call is not in the transcript');
    return await wasCancelled(bench, seen, isRunning(Number(pid)) ? 'the command itself goes on' : '');
  },
};

const whileAsking: Ability = {
  id: 'cancel_permission',
  title: 'Cancelled while it asks',
  core: false,
  async judge(bench) {
    await bench.newChat();
    const wanted = await change(bench, 'unanswered');
    if (wanted === null) return await neverAsks(bench);
    const body = say(wanted.prompt);
    const { client } = bench.desk.home;
    const seen = await bench.seen(body, () => client.cancelTurn(body.id));
    if (seen.asked.length === 0) return fails('it did not ask');
    if (wanted.isMade()) return fails('it was done without an answer');
    const open = await client.listPermissions({ state: 'pending' });
    return open.length > 0 ? fails('the question is still open') : await wasCancelled(bench, seen);
  },
};

/** What is in a file once there is something in it. */
async function firstContent(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const content = (): string => (existsSync(path) ? readFileSync(path, 'utf8').trim() : '');
  return await new Promise((resolve) => {
    const look = (): void => {
      if (content() === '') return;
      watcher.close();
      resolve(content());
    };
    const watcher = watch(folder, look);
    look();
  });
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

export const cancel: readonly Ability[] = [whileSpeaking, whileToolRuns, whileAsking];
