import { allTokens } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { dayOf } from '../src/dispatch/turn-meter.ts';
import { Home } from './composed-harness.ts';

test('what turns used is summed up for a turn, chat, session, project and day, over a restart and a removal', async () => {
  await using home = await Home.start();
  const { client } = home;
  const shop = await home.desk();
  const second = await client.createChat(shop.session.id, { agent: 'demo' });
  const other = await home.desk();
  const turns = [
    await home.turn(shop.chat, '/echo one'),
    await home.turn(shop.chat, '/echo two'),
    await home.turn(second, '/echo three'),
    await home.turn(other.chat, '/echo four'),
  ];
  const used = turns.map(({ usage }) => usage?.inputTokens ?? 0);
  expect(used.every((tokens) => tokens > 0)).toBe(true);

  const byTurn = await client.usage({ by: 'turn', chatId: shop.chat.id });
  expect(byTurn.rows.map(({ key, inputTokens }) => [key, inputTokens])).toEqual([
    [turns[1]?.id, used[1]],
    [turns[0]?.id, used[0]],
  ]);
  expect(byTurn.rows[0]).toMatchObject({ turns: 1, silentTurns: 0, costs: [], contextUsed: null });

  const bySession = await client.usage({ by: 'session' });
  const row = bySession.rows.find(({ key }) => key === shop.session.id);
  expect(row).toMatchObject({ turns: 3, inputTokens: (used[0] ?? 0) + (used[1] ?? 0) + (used[2] ?? 0) });
  const byProject = await client.usage({ by: 'project', projectId: shop.session.projectId });
  expect(byProject.rows).toMatchObject([{ key: shop.session.projectId, name: 'work', turns: 3 }]);

  await home.restart();
  await home.client.removeChat(second.id);
  const today = dayOf(Date.now());
  const byDay = await home.client.usage({ from: '2020-01-01' });
  expect(byDay.by).toBe('day');
  expect(byDay.total).toMatchObject({ turns: 4, inputTokens: used.reduce((sum, tokens) => sum + tokens) });
  expect(allTokens(byDay.total)).toBe(byDay.total.inputTokens + byDay.total.outputTokens);
  expect(byDay.rows.at(0)?.key.localeCompare(today)).toBeLessThanOrEqual(0);
  expect((await home.client.usage({ to: '2020-01-01' })).rows).toEqual([]);
  const chats = await home.client.usage({ by: 'chat', limit: 2 });
  expect(chats).toMatchObject({ truncated: true, total: { turns: 4 } });
  expect(chats.rows).toHaveLength(2);
  await expect(home.client.usage({ from: 'yesterday' })).rejects.toMatchObject({ code: 'invalid_request' });
});
