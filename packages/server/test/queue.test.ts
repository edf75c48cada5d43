/** The queue of a chat over HTTP while a turn runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Home, say, wordsOf, type Desk } from './composed-harness.ts';

let home: Home;
let desk: Desk;
let held: string;

beforeAll(async () => {
  home = await Home.start();
});
afterAll(() => home[Symbol.asyncDispose]());
beforeEach(async () => {
  desk = await home.desk();
  held = (await home.client.submitPrompt(desk.chat.id, say('/hold go-on'))).id;
  await home.said(desk.chat, 'holding');
});

/** Queues prompts, in order; answers their ids. */
async function queue(...texts: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const text of texts) ids.push((await home.client.submitPrompt(desk.chat.id, say(text))).id);
  return ids;
}

async function queued(): Promise<string[]> {
  return (await home.client.listQueue(desk.chat.id)).map(({ id }) => id);
}

/** Lets the running turn end and waits for the last one. */
async function goOn(last: string): Promise<string> {
  writeFileSync(join(desk.folder, 'go-on'), '');
  await home.client.waitForTurn(desk.chat.id, last);
  return home.words(desk.chat);
}

describe('the queue of a chat', () => {
  it('runs in order, one turn at a time', async () => {
    const ids = await queue('/echo a', '/echo b', '/echo c');
    expect(await queued()).toEqual(ids);
    expect(await goOn(ids[2] ?? '')).toBe('holding releasedabc');
    const { turns } = await home.client.listMessages(desk.chat.id);
    const times = turns.toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
    for (const [n, turn] of times.entries())
      expect(turn.startedAt).toBeGreaterThanOrEqual(times[n - 1]?.endedAt ?? 0);
  });

  it('takes edits, a new order and removals, as every client sees', async () => {
    const [a = '', b = '', c = '', d = ''] = await queue('/echo a', '/echo b', '/echo c', '/echo d');
    const watcher = home.newClient();
    using following = watcher.followChat(desk.chat.id, {});
    await home.client.updateTurn(b, { content: [{ type: 'text', text: '/echo B' }] });
    const reordered = await home.client.reorderQueue(desk.chat.id, [d, b]);
    expect(reordered.map(({ id }) => id)).toEqual([d, b, a, c]);
    await home.client.removeTurn(a);
    expect(await queued()).toEqual([d, b, c]);
    await expect(home.client.getTurn(a)).rejects.toMatchObject({ code: 'turn_not_found' });
    expect(await goOn(c)).toBe('holding releaseddBc');
    const end = await home.until(desk.chat, ({ turns }) => turns[c]?.state === 'completed', watcher);
    expect(Object.keys(end.turns).toSorted()).toEqual([held, b, c, d].toSorted());
    expect(following.state?.messages.filter(({ role }) => role === 'user')).toHaveLength(4);
  });

  it('cancels a queued turn at once, and keeps it as cancelled', async () => {
    const [a = '', b = ''] = await queue('/echo a', '/echo b');
    const { turn } = await home.client.cancelTurn(a);
    expect(turn).toMatchObject({ id: a, state: 'cancelled', startedAt: null });
    expect(await goOn(b)).toBe('holding releasedb');
    expect((await home.client.getTurn(a)).state).toBe('cancelled');
  });

  it('refuses changes to what runs or has ended', async () => {
    const edit = { content: [{ type: 'text' as const, text: 'x' }] };
    await expect(home.client.updateTurn(held, edit)).rejects.toMatchObject({ code: 'turn_not_queued' });
    await expect(home.client.removeTurn(held)).rejects.toMatchObject({ code: 'turn_not_queued' });
    await expect(home.client.reorderQueue(desk.chat.id, [held])).rejects.toMatchObject({
      code: 'turn_not_queued',
    });
    await expect(home.client.removeChat(desk.chat.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(home.client.removeSession(desk.session.id)).rejects.toMatchObject({ code: 'conflict' });
    await goOn(held);
    await expect(home.client.cancelTurn(held)).rejects.toMatchObject({ code: 'turn_terminal' });
  });

  it('goes on with the next turn when the running one is cancelled', async () => {
    const [a = ''] = await queue('/echo a');
    await home.client.cancelChat(desk.chat.id);
    expect(await home.client.waitForTurn(desk.chat.id, held)).toMatchObject({ state: 'cancelled' });
    await home.client.waitForTurn(desk.chat.id, a);
    const { messages } = await home.client.listMessages(desk.chat.id);
    expect(wordsOf(messages.filter(({ turnId }) => turnId === a))).toBe('a');
  });

  it('accepts the same id once, also when it comes again after its end', async () => {
    const prompt = say('/echo once');
    await Promise.all([1, 2, 3].map(() => home.client.submitPrompt(desk.chat.id, prompt)));
    expect(await queued()).toEqual([prompt.id]);
    await goOn(prompt.id);
    expect(await home.client.submitPrompt(desk.chat.id, prompt)).toMatchObject({ state: 'completed' });
    expect(await home.words(desk.chat)).toBe('holding releasedonce');
  });
});
