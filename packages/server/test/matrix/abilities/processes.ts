import type { Continuity } from '@pilotlight/protocol';
import { finalText } from '@pilotlight/testkit';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { say } from '../../composed-harness.ts';
import type { Ability } from '../ability.ts';
import { completed, mustSay, type AgentBench } from '../agent-bench.ts';
import { fails, works, type Cell } from '../cell.ts';

/** A prompt after the process was ended: it works, and says truly how the agent came to know what was said. */
async function goOn(bench: AgentBench, tag: string, before: string | null): Promise<Cell> {
  const seen = await bench.turn(`Go on. [[text tag=${tag}]]`);
  completed(seen);
  if (seen.text !== finalText(tag)) return fails(`it said “${seen.text}” and not “${finalText(tag)}”`);
  const { continuity } = seen.turn;
  const recap = seen.parts.some((part) => part.type === 'notice' && part.code === 'recap');
  if (recap !== (continuity === 'recap'))
    return fails(`it came back as ${continuity}, with a recap: ${recap}`);
  const isSame = (await bench.desk.conversation()) === before;
  if (isSame === (continuity === 'recap'))
    return fails(`it came back as ${continuity} to another conversation`);
  const expected: readonly (Continuity | null)[] = bench.entry.comesBack;
  return expected.includes(continuity) ? works(String(continuity)) : fails(`it came back as ${continuity}`);
}

/** A chat in which something was said, without scripts: a recap must quote no tool's, or the model would run it again. */
async function talkedChat(bench: AgentBench): Promise<string | null> {
  await bench.newChat();
  completed(await bench.turn('Hello. [[text tag=before-kill]]'));
  return await bench.desk.conversation();
}

const shared: Ability = {
  id: 'two_chats',
  title: 'Two chats in one process',
  core: true,
  async judge(bench) {
    await bench.newChat();
    completed(await bench.turn('Hello. [[text tag=one]]'));
    const { pid } = await bench.desk.process();
    const first = bench.desk.desk.chat;
    const body = say('Take your time. [[hold both tag=both]]');
    const running = bench.seen(body, () => Promise.resolve());
    await bench.desk.held('both');
    await bench.newChat();
    const other = await bench.turn('Hello. [[text tag=other]]');
    bench.desk.models.release('both');
    const held = await running;
    completed(held);
    completed(other);
    mustSay(other, finalText('other'));
    if (!held.turn.chatId.startsWith(first.id)) return fails('the chats were mixed up');
    if ((await bench.desk.process()).pid === pid) return works();
    return works('in a process of its own, since the agent holds one conversation a process');
  },
};

const killedIdle: Ability = {
  id: 'resume_idle',
  title: 'kill -9 between turns',
  core: true,
  async judge(bench) {
    const conversation = await talkedChat(bench);
    await bench.desk.kill();
    return await goOn(bench, 'after-idle-kill', conversation);
  },
};

const killedInTurn: Ability = {
  id: 'resume_turn',
  title: 'kill -9 in a turn',
  core: false,
  async judge(bench) {
    const conversation = await talkedChat(bench);
    const body = say('Take your time. [[hold struck tag=struck]]');
    const running = bench.seen(body, () => Promise.resolve());
    await bench.desk.held('struck');
    await bench.desk.kill();
    const { turn } = await running;
    if (turn.state !== 'failed' || !turn.error?.message.includes('SIGKILL'))
      return fails(`the turn is ${turn.state}: ${turn.error?.message ?? ''}`);
    return await goOn(bench, 'after-turn-kill', conversation);
  },
};

const restarted: Ability = {
  id: 'resume_restart',
  title: 'Server restarted',
  core: false,
  async judge(bench) {
    const conversation = await talkedChat(bench);
    await bench.desk.restartServer();
    const cell = await goOn(bench, 'after-restart', conversation);
    const words = await bench.desk.home.words(bench.desk.desk.chat);
    return words.includes(finalText('before-kill')) ? cell : fails('what was said before is gone');
  },
};

const forgotten: Ability = {
  id: 'memory_lost',
  title: 'Told again what it forgot',
  core: false,
  async judge(bench) {
    const conversation = await talkedChat(bench);
    const memory = join(bench.desk.agentHome, bench.entry.memory);
    await bench.desk.restartServer(() => rmSync(memory, { recursive: true }));
    const seen = await bench.turn('Go on. [[text tag=after-oblivion]]');
    completed(seen);
    mustSay(seen, finalText('after-oblivion'));
    if (seen.turn.continuity !== 'recap') return fails(`it came back as ${seen.turn.continuity}`);
    if ((await bench.desk.conversation()) === conversation) return fails('to the conversation that is gone');
    const told = seen.requests.at(-1)?.userText ?? '';
    return told.includes('before-kill') ? works() : fails('what was said did not reach its model');
  },
};

export const processes: readonly Ability[] = [shared, killedIdle, killedInTurn, restarted, forgotten];
