/** What clients see while something happens: the same, through every door, also after a lost connection. */
import { applyFrame, chatTopic, type ChatState, type Frame, type TopicState } from '@pilotlight/protocol';
import { readEventStream } from '../../client/src/read-event-stream.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Home, say, wordsOf, type Desk } from './composed-harness.ts';
import { RawTopic } from './raw-topic.ts';

let home: Home;
let desk: Desk;

beforeAll(async () => {
  home = await Home.start();
  desk = await home.desk();
});
afterAll(() => home[Symbol.asyncDispose]());

const ended =
  (turnId: string) =>
  (state: TopicState): boolean =>
    ((state as ChatState).turns[turnId]?.endedAt ?? null) !== null &&
    (state as ChatState).chat?.activity === 'idle';

/** The state that a chat's event stream leads to, and the ids it carried. */
async function overEvents(
  test: (state: TopicState) => boolean,
): Promise<{ state: TopicState; seqs: number[] }> {
  const { url, token } = home.running;
  const gone = new AbortController();
  const response = await fetch(`${url}/api/chats/${desk.chat.id}/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: gone.signal,
  });
  let state: TopicState | null = null;
  const seqs: number[] = [];
  try {
    for await (const { event, data } of readEventStream(response.body as ReadableStream<Uint8Array>)) {
      const message = JSON.parse(data) as { state?: TopicState; frames?: Frame[] };
      if (event === 'snapshot') state = message.state ?? null;
      for (const frame of message.frames ?? []) {
        seqs.push(frame.seq);
        state = applyFrame(state as TopicState, frame);
      }
      if (state !== null && test(state)) return { state, seqs };
    }
  } finally {
    gone.abort();
  }
  throw new Error('the event stream ended too soon');
}

const dense = (seqs: number[], after: number): void =>
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => after + n + 1));

it('two WebSocket clients and one of server-sent events see identical states', async () => {
  const prompt = say('/flood 2000 mixed');
  using one = new RawTopic(home.running, chatTopic(desk.chat.id));
  using two = new RawTopic(home.running, chatTopic(desk.chat.id));
  await Promise.all([one.until(() => true), two.until(() => true)]);
  const before = one.state?.seq ?? 0;
  const events = overEvents(ended(prompt.id));
  await home.client.submitPrompt(desk.chat.id, prompt);
  const states = await Promise.all([one.until(ended(prompt.id)), two.until(ended(prompt.id))]);
  const { state: third } = await events;
  expect(states[0]).toEqual(states[1]);
  expect(third).toEqual(states[0]);
  dense(one.seqs, before);
  dense(two.seqs, before);
  expect(await home.until(desk.chat, () => true, home.newClient())).toEqual(states[0]);
});

it('a search finds what was said and what is being said', async () => {
  const { chat } = await home.desk();
  await home.turn(chat, '/echo the Needle');
  const { id } = await home.client.submitPrompt(chat.id, say('/hold needle'));
  await home.said(chat, 'holding');
  const { hits, total } = await home.client.searchChat(chat.id, 'NEEDLE', { limit: 2 });
  expect(
    hits.map(({ role, excerpt, start, length }) => [role, excerpt.slice(start, start + length)]),
  ).toEqual([
    ['user', 'needle'],
    ['assistant', 'Needle'],
  ]);
  expect(total).toBe(3);
  const held = await home.client.searchChat(chat.id, 'holding');
  expect(held).toMatchObject({ total: 1, truncated: false, hits: [{ role: 'assistant', part: 0 }] });
  await home.client.cancelTurn(id);
  await home.client.waitForTurn(chat.id, id);
});

it('a client that lost its connection goes on after the last frame it has', async () => {
  const held = await home.client.submitPrompt(desk.chat.id, say('/hold go-on'));
  await home.said(desk.chat, 'holding');
  using first = new RawTopic(home.running, chatTopic(desk.chat.id));
  const middle = structuredClone(await first.until((state) => held.id in (state as ChatState).turns));
  first[Symbol.dispose]();
  const missed = await home.client.submitPrompt(desk.chat.id, say('/count 300'));
  await home.client.updateTurn(missed.id, { content: [{ type: 'text', text: '/count 301' }] });
  using second = new RawTopic(home.running, chatTopic(desk.chat.id), middle);
  await second.until((state) => missed.id in (state as ChatState).turns);
  writeFileSync(join(desk.folder, 'go-on'), '');
  const end = await second.until(ended(missed.id));
  expect(second.snapshots).toBe(0);
  dense(second.seqs, middle.seq);
  expect(await home.until(desk.chat, () => true, home.newClient())).toEqual(end);
  expect(wordsOf((end as ChatState).messages)).toMatch(/ 301 $/);
});

it('a client that was away until all of it was folded gets a snapshot, and the same in the end', async () => {
  const before = structuredClone(await home.until(desk.chat, () => true));
  await home.turn(desk.chat, '/flood 500');
  using late = new RawTopic(home.running, chatTopic(desk.chat.id), before);
  const turn = await home.turn(desk.chat, '/echo end');
  const state = await late.until(ended(turn.id));
  expect(await home.until(desk.chat, () => true, home.newClient())).toEqual(state);
});

it('a client that is up to date gets nothing twice; one from another life gets a snapshot', async () => {
  const now = await home.until(desk.chat, () => true);
  using same = new RawTopic(home.running, chatTopic(desk.chat.id), structuredClone(now));
  using ahead = new RawTopic(home.running, chatTopic(desk.chat.id), { ...now, seq: now.seq + 1000 });
  const turn = await home.turn(desk.chat, '/echo more');
  const [one, two] = await Promise.all([same.until(ended(turn.id)), ahead.until(ended(turn.id))]);
  dense(same.seqs, now.seq);
  expect(ahead.snapshots).toBe(1);
  expect(two).toEqual(one);
});
