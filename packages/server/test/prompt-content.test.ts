/** What goes along with a prompt: images by their bytes, files that the words name, and what agents do not take. */
import { ensureRealAgents, finalText, type RealAgentId } from '@pilotlight/testkit';
import { MAX_IMAGE_BYTES, newId, type ContentBlock } from '@pilotlight/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Home } from './composed-harness.ts';
import { RealAgentDesk } from './real-agent-desk.ts';

/** One red point. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

beforeAll(async () => {
  await ensureRealAgents();
}, 600_000);

describe.each<RealAgentId>(['opencode', 'claude'])('%s', { timeout: 120_000 }, (id) => {
  let desk: RealAgentDesk;
  beforeAll(async () => {
    desk = await RealAgentDesk.open(id);
  }, 60_000);
  afterAll(() => desk[Symbol.asyncDispose](), 60_000);

  test('gets an image and the file that the words name', async () => {
    const { client } = desk.home;
    const { chat } = desk.desk;
    const content: ContentBlock[] = [
      { type: 'text', text: 'Look at this and at @README.md. [[text tag=seen]]' },
      { type: 'image', mimeType: 'image/jpeg', data: PNG },
    ];
    const sent = await client.submitPrompt(chat.id, { id: newId('turn'), content });
    expect(await client.waitForTurn(chat.id, sent.id)).toMatchObject({ state: 'completed', error: null });
    expect((await desk.said(sent.id)).text).toContain(finalText('seen'));
    const { messages } = await client.listMessages(chat.id);
    expect(messages[0]?.parts).toMatchObject([
      { type: 'text' },
      { type: 'content', content: { type: 'image', mimeType: 'image/png' } },
    ]);
    const request = desk.models.requests.findLast(({ marker }) => marker?.tag === 'seen');
    expect(request?.images).toEqual([{ mimeType: 'image/png', bytes: Buffer.from(PNG, 'base64').length }]);
    expect(request?.userText).toMatch(/file:\/\/\S*README\.md|Called the Read tool/);
  });
});

test('what is no image, or too large a one, is refused with the limit', async () => {
  await using home = await Home.start();
  const { chat } = await home.desk();
  const send = (data: string) => {
    const content: ContentBlock[] = [
      { type: 'text', text: 'hello' },
      { type: 'image', mimeType: 'image/png', data },
    ];
    return home.client.submitPrompt(chat.id, { id: newId('turn'), content });
  };
  await expect(send('aGVsbG8gdGhlcmU=')).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('png, jpeg, webp or gif'),
  });
  const large = Buffer.alloc(MAX_IMAGE_BYTES + 100);
  large.set(Buffer.from(PNG, 'base64'));
  await expect(send(large.toString('base64'))).rejects.toMatchObject({
    code: 'payload_too_large',
    message: expect.stringContaining('at most 10 MiB'),
  });
  expect(await home.client.listQueue(chat.id)).toEqual([]);
});
