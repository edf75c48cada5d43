import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ability } from '../ability.ts';
import { completed, type AgentBench } from '../agent-bench.ts';
import { fails, notOffered, works, type Cell } from '../cell.ts';

/** A change that this agent asks about. */
interface Change {
  readonly prompt: string;
  /** whether it was made, as it was meant */
  isMade(): boolean;
}

export async function change(bench: AgentBench, tag: string): Promise<Change | null> {
  const { asksAbout } = bench.entry;
  if (asksAbout === null) return null;
  const worktree = await bench.desk.worktree();
  const [file, content] =
    asksAbout === 'write' ? [`written-${tag}.txt`, `written ${tag}`] : [`proof-${tag}.txt`, `ran-${tag}`];
  const path = join(worktree, file);
  return {
    prompt: `Please. [[${asksAbout} tag=${tag} cwd=${worktree}]]`,
    isMade: () => existsSync(path) && readFileSync(path, 'utf8').trim() === content,
  };
}

export async function neverAsks(bench: AgentBench): Promise<Cell> {
  const modes = (await bench.options()).find(({ category }) => category === 'mode');
  const list = modes?.choices.map(({ name }) => name).join(', ');
  return notOffered(`it runs and writes without asking; its modes: ${list ?? 'none'}`);
}

const once: Ability = {
  id: 'permission_once',
  title: 'Allowed once',
  core: true,
  async judge(bench) {
    const wanted = await change(bench, 'once');
    if (wanted === null) return await neverAsks(bench);
    const seen = await bench.turn(wanted.prompt);
    completed(seen);
    if (seen.asked.length !== 1) return fails(`it asked ${seen.asked.length} times`);
    return wanted.isMade() ? works() : fails('allowed, and yet it was not done');
  },
};

const always: Ability = {
  id: 'permission_always',
  title: 'Allowed always',
  core: false,
  async judge(bench) {
    const [allowed, later] = [await change(bench, 'always'), await change(bench, 'later')];
    if (allowed === null || later === null) return await neverAsks(bench);
    await bench.newChat();
    const seen = await bench.turn(allowed.prompt, 'allow_always');
    completed(seen);
    const options = seen.asked[0]?.options ?? [];
    if (!options.some(({ kind }) => kind === 'allow_always'))
      return notOffered(`it asks with: ${options.map(({ name }) => name).join(', ')}`);
    if (!allowed.isMade()) return fails('allowed always, and yet it was not done');
    const again = await bench.turn(later.prompt);
    completed(again);
    if (!later.isMade()) return fails('what was allowed always was not done later');
    if (again.asked.length === 0) return works();
    const what = options.find(({ kind }) => kind === 'allow_always')?.name ?? '';
    return works(`another one is asked about again: always means “${what}”`);
  },
};

const reject: Ability = {
  id: 'permission_reject',
  title: 'Refused',
  core: true,
  async judge(bench) {
    const wanted = await change(bench, 'refused');
    if (wanted === null) return await neverAsks(bench);
    const seen = await bench.turn(wanted.prompt, 'reject_once');
    completed(seen);
    if (seen.asked.length === 0) return fails('it did not ask');
    if (wanted.isMade()) return fails('refused, and yet it was done');
    const open = await bench.desk.home.client.listPermissions({ state: 'pending' });
    if (open.length > 0) return fails('the question is still open');
    const ended = seen.parts.some((part) => part.type === 'notice' && part.code === 'agent_ended_turn');
    return works(ended ? 'the agent ends its turn with it' : '');
  },
};

export const permissions: readonly Ability[] = [once, reject];
/** What is allowed always may hold for every chat, so that nothing is asked any more. */
export const standing: readonly Ability[] = [always];
