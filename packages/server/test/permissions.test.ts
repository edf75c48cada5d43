/** Questions of agents over HTTP and WebSocket: answered exactly once, kept over reconnects, released with their turn. */
import type { Permission } from '@pilotlight/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Home, say, type Desk } from './composed-harness.ts';

let home: Home;
let desk: Desk;

beforeAll(async () => {
  home = await Home.start();
});
afterAll(() => home[Symbol.asyncDispose]());
beforeEach(async () => {
  desk = await home.desk();
});

/** Submits `/ask` and waits until the question is open. */
async function ask(): Promise<{ turnId: string; permission: Permission }> {
  const { id } = await home.client.submitPrompt(desk.chat.id, say('/ask'));
  const { permissions } = await home.until(desk.chat, (state) =>
    Object.values(state.permissions).some((one) => one.turnId === id && one.state === 'pending'),
  );
  const permission = Object.values(permissions).find(({ turnId }) => turnId === id);
  if (permission === undefined) throw new Error('no question was asked');
  return { turnId: id, permission };
}

describe('a permission', () => {
  it('is answered once by two clients that race: one is told 200, the other 409', async () => {
    const { turnId, permission } = await ask();
    const { url, token } = home.running;
    const [first, last] = [permission.options[0], permission.options.at(-1)];
    const answers = await Promise.all(
      [first, last].map(async (option, n) => {
        const response = await fetch(`${url}/api/permissions/${permission.id}/answer`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ optionId: option?.optionId, by: `client${n}` }),
        });
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
      }),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body['code']).toBe('permission_answered');
    expect(await home.client.waitForTurn(desk.chat.id, turnId)).toMatchObject({ state: 'completed' });
    const kept = await home.client.getPermission(permission.id);
    const winner = answers.find(({ status }) => status === 200)?.body;
    expect(kept).toEqual(winner);
    expect(await home.words(desk.chat)).toContain(`You chose ${kept.answer?.optionId}.`);
  });

  it('refuses an option that is not among them, and stays open', async () => {
    const { turnId, permission } = await ask();
    await expect(
      home.client.answerPermission(permission.id, { optionId: 'maybe', by: 'test' }),
    ).rejects.toMatchObject({ code: 'invalid_request' });
    expect((await home.client.getPermission(permission.id)).state).toBe('pending');
    await home.client.cancelTurn(turnId);
    await home.client.waitForTurn(desk.chat.id, turnId);
  });

  it('is released as cancelled when its turn is cancelled, and takes no answer any more', async () => {
    const { turnId, permission } = await ask();
    expect(await home.client.listPermissions({ state: 'pending' })).toMatchObject([{ id: permission.id }]);
    expect((await home.client.getChat(desk.chat.id)).activity).toBe('needs_you');
    await home.client.cancelTurn(turnId);
    expect(await home.client.waitForTurn(desk.chat.id, turnId)).toMatchObject({ state: 'cancelled' });
    expect(await home.client.getPermission(permission.id)).toMatchObject({
      state: 'cancelled',
      answer: null,
      answeredBy: null,
    });
    const optionId = permission.options[0]?.optionId ?? '';
    await expect(home.client.answerPermission(permission.id, { optionId })).rejects.toMatchObject({
      code: 'permission_answered',
    });
    expect((await home.client.getChat(desk.chat.id)).activity).toBe('idle');
    expect(await home.turn(desk.chat, '/echo on')).toMatchObject({ state: 'completed' });
  });

  it('is there for a client that comes later, and a client that left does not take it along', async () => {
    const { turnId, permission } = await ask();
    const later = await home.until(desk.chat, () => true, home.newClient());
    expect(later.permissions[permission.id]).toEqual(permission);
    const optionId = permission.options[0]?.optionId ?? '';
    await home.newClient().answerPermission(permission.id, { optionId, by: 'later' });
    await home.client.waitForTurn(desk.chat.id, turnId);
    expect(await home.client.getPermission(permission.id)).toMatchObject({ answeredBy: 'later' });
  });
});
