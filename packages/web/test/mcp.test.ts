/** MCP servers on the page: added, seen to lack a secret, given it, put out of use, removed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { faults } from './faults.ts';

let desk: BrowserDesk;
beforeAll(async () => {
  desk = await BrowserDesk.open();
}, 60_000);
afterAll(() => desk[Symbol.asyncDispose]());

test('an MCP server is added with a secret by reference, and removed', { timeout: 60_000 }, async () => {
  const { form, secrets } = words.mcp;
  const { client } = desk.home;
  const { session } = await desk.session();
  const page = await desk.window({ path: '/settings#mcp', bypassPolicy: true });
  await page.getByRole('button', { name: words.mcp.add }).click();
  await page.getByLabel(form.name, { exact: true }).fill('tracker');
  await page.getByRole('combobox').selectOption(session.projectId);
  await page.getByText(form.kinds.http, { exact: true }).click();
  await page.getByLabel(form.url).fill('https://tracker.example/mcp');
  await page.getByLabel(form.headers).fill('Authorization=Bearer plain');
  await page.getByRole('button', { name: form.save, exact: true }).click();
  await page
    .getByRole('alert')
    .getByText(/looks like a secret/)
    .waitFor();
  expect(await faults(page)).toEqual([]);
  await page.getByLabel(form.headers).fill('Authorization=Bearer ${secret:TRACKER}');
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: form.save, exact: true }).press('Enter');

  await page.getByText(words.mcp.missing(['secret:TRACKER'])).waitFor();
  await page.getByLabel(secrets.name).fill('TRACKER');
  await page.getByLabel(secrets.value).fill('not-to-be-seen');
  await page.getByLabel(secrets.value).press('Enter');
  await page.getByText(words.mcp.missing(['secret:TRACKER'])).waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain('not-to-be-seen');
  expect(await faults(page)).toEqual([]);
  expect(await client.listMcpServers()).toMatchObject({
    servers: [{ name: 'tracker', projectId: session.projectId, enabled: true, missing: [] }],
    secrets: ['TRACKER'],
  });

  await page.getByRole('switch', { name: words.mcp.enabled('tracker') }).click();
  await expect.poll(async () => (await client.listMcpServers()).servers[0]?.enabled).toBe(false);
  await page.getByRole('button', { name: words.mcp.remove('tracker') }).click();
  await page.getByText(words.mcp.none).waitFor();
  expect((await client.listMcpServers()).servers).toEqual([]);
});
