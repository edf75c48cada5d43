import { finalText } from '@pilotlight/testkit';
import type { Turn } from '@pilotlight/protocol';
import { RealAgentDesk } from '../../real-agent-desk.ts';
import type { Ability } from '../ability.ts';
import { fails, works } from '../cell.ts';

const KEY = 'sk-testkit-4711';
/** For each of the two halves; the desk is put away before the whole question is given up. */
const HALF_MS = 35_000;

/** Resolves when the turn has ended, or its chat waits for a login since later than `after` (epoch ms). */
async function settled(desk: RealAgentDesk, turnId: string, after = 0): Promise<Turn> {
  const { promise, resolve, reject } = Promise.withResolvers<Turn>();
  const done = new AbortController();
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(HALF_MS)]);
  desk.home.client
    .waitForTurn(desk.desk.chat.id, turnId, {
      signal,
      onState: ({ chat, turns }) => {
        const turn = turns[turnId];
        if (turn?.state === 'queued' && (chat?.hold?.since ?? 0) > after) resolve(turn);
      },
    })
    .then(resolve, reject);
  return await promise.finally(() => done.abort());
}

async function said(desk: RealAgentDesk, { id, state, error }: Turn): Promise<string> {
  const { text } = await desk.said(id);
  return `${state}: ${error?.message ?? (text || 'nobody says why')}`;
}

const waits: Ability = {
  id: 'login',
  title: 'Login needed',
  core: false,
  async judge(bench) {
    // Another server, with the same agent in a home where nobody has logged in to it.
    await using desk = await RealAgentDesk.openLoggedOut(bench.desk.agent, KEY);
    const { home, agent, models } = desk;
    const turnId = await desk.submit('Hello. [[text tag=logged-in]]');
    const first = await settled(desk, turnId);
    if (first.state !== 'queued') return fails(`without a login the turn is ${await said(desk, first)}`);
    const { hold } = await home.client.getChat(desk.desk.chat.id);
    if (hold?.reason !== 'login') return fails(`the chat is held: ${hold?.message ?? 'not any more'}`);
    const { methods, waitingChatIds } = await home.client.agentLogin(agent);
    if (methods.length === 0) return fails('it waits for a login and nobody says how to log in');
    if (!waitingChatIds.includes(desk.desk.chat.id)) return fails('its login does not tell of the chat');
    const askedBefore = models.requests.length > 0;
    await home.client.setKey(agent, { key: KEY, ...bench.entry.loggedOut.key });
    const then = await settled(desk, turnId, hold.since);
    if (then.state !== 'completed') return fails(`with its key the turn is ${await said(desk, then)}`);
    const { text } = await desk.said(turnId);
    if (text !== finalText('logged-in')) return fails(`with its key it said “${text}”`);
    const kinds = [...new Set(methods.map(({ kind }) => kind))].join(', ');
    const when = askedBefore ? 'its model has refused it' : 'it refuses by itself';
    return works(`${when}; ways to log in: ${kinds}`);
  },
};

export const login: readonly Ability[] = [waits];
