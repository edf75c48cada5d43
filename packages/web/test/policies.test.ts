/** Permissions as a person sees them: the card of a request, the editor of the rules, and who answered in the transcript. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as words from '../src/words/index.ts';
import { BrowserDesk } from './browser-desk.ts';
import { composer, sees, send, transcript } from './looks.ts';

/** An agent that asks for a form with limits and then for a page to be opened, and says what it was answered. */
const FORMS = `
  const waiting = new Map();
  let next = 1;
  const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
  const ask = (params) => new Promise((resolve) => { waiting.set(next, resolve); send({ id: next++, method: 'elicitation/create', params }); });
  const text = (sessionId, text) => send({ method: 'session/update', params: { sessionId, update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } } } });
  const properties = {
    port: { type: 'integer', title: 'Port', minimum: 1, maximum: 65535, default: 80 },
    site: { type: 'string', title: 'Site', format: 'uri' },
    colour: { type: 'string', title: 'Colour', enum: ['red', 'blue'] },
    sure: { type: 'boolean', title: 'Sure' },
  };
  const methods = {
    initialize: () => ({ protocolVersion: 1 }),
    'session/new': () => ({ sessionId: 's' }),
    'session/prompt': async ({ sessionId }) => {
      const requestedSchema = { type: 'object', required: ['port', 'sure'], properties };
      const form = await ask({ mode: 'form', sessionId, message: 'Set it up', requestedSchema });
      const page = await ask({ mode: 'url', sessionId, elicitationId: 'e', url: 'https://example.com/sign-in?a=b', message: 'Sign in there' });
      text(sessionId, JSON.stringify(form) + ' ' + JSON.stringify(page));
      return { stopReason: 'end_turn' };
    },
  };
  const handle = async ({ id, method, params, result }) => {
    if (!method) return waiting.get(id)?.(result);
    const answer = await methods[method]?.(params);
    if (id !== undefined) send({ id, result: answer ?? {} });
  };
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => handle(JSON.parse(line))).on('close', () => process.exit());
`;

let desk: BrowserDesk;

beforeEach(async () => {
  const forms = { id: 'forms', name: 'Forms', command: process.execPath, args: ['-e', FORMS] };
  desk = await BrowserDesk.open({ agents: [forms] });
});
afterEach(() => desk[Symbol.asyncDispose]());

const w = words.policies;

test(
  'an "always" shows its rule, answers the next by it, and is taken back',
  { timeout: 90_000 },
  async () => {
    const { path, session, chat } = await desk.session();
    const { client } = desk.home;
    const page = await desk.window({ path });
    await send(page, '/run ls ../outside.txt README.md');
    const card = page.locator('[data-question]');
    await card.getByText(words.questions.outside).waitFor();
    await card
      .getByText(/ls \.\.\/outside\.txt README\.md/)
      .last()
      .waitFor();
    expect(await card.locator('code').allTextContents()).toEqual(['Allow ls ../outside.txt README.md']);
    await transcript(page).focus();
    await page.keyboard.press('2');
    await expect.poll(async () => (await client.getPolicy('session', session.id)).rules.length).toBe(1);
    await send(page, '/run ls ../outside.txt README.md');
    await expect.poll(async () => (await client.listPermissions({ chatId: chat.id })).length).toBe(2);
    await sees(page, /by a rule of the session: ls \.\.\/outside\.txt README\.md/);

    await page.getByRole('button', { name: words.session.menu }).click();
    await page.getByRole('menuitem', { name: w.open }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(w.fromAlways).waitFor();
    await dialog.getByRole('button', { name: new RegExp(`^${w.remove}: Allow ls`) }).click();
    await dialog.getByText(w.noRules).waitFor();
    expect((await client.getPolicy('session', session.id)).rules).toEqual([]);
  },
);

test(
  'rules are tried, written, moved and changed by keyboard, of session and project',
  { timeout: 90_000 },
  async () => {
    const { path, session, chat, project } = await withAsked();
    const { client } = desk.home;
    const page = await desk.window({ path });
    await composer(page).waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('combobox').or(page.getByRole('searchbox')).first().fill(w.command);
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(w.commandPattern, { exact: true }).fill('echo *');
    await dialog.getByText(w.tried('allow', 2, 3)).waitFor();
    await dialog.getByText(w.against(1)).waitFor();
    await page.keyboard.press('Enter');
    await dialog.getByRole('listitem').filter({ hasText: 'echo *' }).waitFor();
    await dialog.getByLabel(w.action, { exact: true }).selectOption('deny');
    await dialog.getByLabel(w.pathPattern, { exact: true }).fill('.env');
    await dialog.getByRole('button', { name: w.add }).click();
    await expect
      .poll(() => dialog.getByRole('listitem').allTextContents())
      .toEqual(['1Deny.env', '2Allowecho *']);
    await dialog.getByRole('button', { name: w.ofRule(w.down, 'Deny .env') }).press('Enter');
    await expect
      .poll(() => dialog.getByRole('listitem').allTextContents())
      .toEqual(['1Allowecho *', '2Deny.env']);
    await dialog.getByRole('button', { name: w.ofRule(w.edit, 'Deny .env') }).click();
    await dialog.getByLabel(w.pathPattern, { exact: true }).fill('.env*');
    await dialog.getByRole('button', { name: w.save }).click();
    await expect.poll(() => dialog.getByRole('listitem').last().textContent()).toBe('2Deny.env*');
    await dialog.getByRole('radio', { name: new RegExp(`^${w.modes.accept_edits.name}`) }).check();
    await dialog.getByRole('combobox', { name: new RegExp(w.deadline) }).selectOption('300');
    await expect
      .poll(() => client.getPolicy('session', session.id))
      .toMatchObject({
        mode: 'accept_edits',
        answerWithin: 300,
        rules: [{ command: 'echo *' }, { path: '.env*' }],
      });
    await dialog.getByText(w.project(project.name), { exact: true }).click();
    await dialog.getByRole('radio', { name: new RegExp(`^${w.modes.allow_in_worktree.name}`) }).check();
    await expect
      .poll(() => client.getPolicy('project', project.id))
      .toMatchObject({ mode: 'allow_in_worktree' });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await desk.home.turn(chat, '/write note.txt by-mode');
    await sees(page, /by the mode of the session: accept edits/);
  },
);

test(
  'a form says what does not fit before it is sent, and a page is opened by its whole address',
  { timeout: 90_000 },
  async () => {
    const { path, chat } = await desk.session('forms');
    const page = await desk.window({ path });
    await send(page, 'go');
    const card = page.locator('[data-question]');
    const port = card.getByLabel('Port', { exact: true });
    await port.waitFor();
    expect(await port.inputValue()).toBe('80');
    await port.fill('70000');
    await card.getByLabel('Site', { exact: true }).fill('nowhere');
    await card.getByRole('button', { name: words.questions.submit }).click();
    for (const problem of [
      'must be at most 65535',
      'takes an address such as https://example.com',
      'wants an answer',
    ])
      await card.getByText(words.questions.problem(problem)).waitFor();
    await port.fill('8080');
    await card.getByLabel('Site', { exact: true }).fill('https://example.com');
    await card.getByLabel('blue').press(' ');
    await card.getByLabel('Yes').press(' ');
    await card.getByRole('button', { name: words.questions.submit }).click();
    const link = card.getByRole('link');
    await link.waitFor();
    expect([await link.textContent(), await link.getAttribute('rel')]).toEqual([
      'https://example.com/sign-in?a=b',
      'noopener noreferrer',
    ]);
    await card.getByRole('button', { name: words.questions.pageDone }).click();
    const form = {
      action: 'accept',
      content: { port: 8080, site: 'https://example.com', colour: 'blue', sure: true },
    };
    await expect.poll(() => desk.home.words(chat)).toBe(`${JSON.stringify(form)} {"action":"accept"}`);
  },
);

/** A session in which three commands were asked for: one was refused. */
async function withAsked() {
  const made = await desk.session();
  const { client } = desk.home;
  for (const [text, optionId] of [
    ['/run echo one', 'allow-once'],
    ['/run echo two', 'reject-once'],
    ['/run true', 'allow-once'],
  ] as const) {
    const turn = desk.home.turn(made.chat, text);
    const state = await desk.home.until(made.chat, ({ permissions }) =>
      Object.values(permissions).some((one) => one.state === 'pending'),
    );
    const open = Object.values(state.permissions).find((one) => one.state === 'pending');
    await client.answerPermission(open?.id ?? '', { optionId });
    await turn;
  }
  return { ...made, project: await client.getProject(made.session.projectId) };
}
