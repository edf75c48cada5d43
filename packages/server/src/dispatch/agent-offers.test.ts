import type { AgentCommand, ConfigOption } from '@pilotlight/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createJournal } from '../journal/create-journal.ts';
import type { Journal } from '../journal/journal.ts';
import { openStore } from '../store/open-store.ts';
import { addChats, temporaryFolder } from '../store/store-fixture.ts';
import type { Store } from '../store/store.ts';
import { AgentOffers } from './agent-offers.ts';
import { Announcer } from './announcer.ts';
import { ChatFacts } from './chat-facts.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let journal: Journal;
let offers: AgentOffers;
let facts: ChatFacts;

/** As a server would begin on the folder. */
function open(): void {
  store = openStore({ dataFolder: folder.path });
  journal = createJournal(store);
  const announcer = new Announcer(store, journal, Date.now);
  offers = new AgentOffers(announcer);
  facts = new ChatFacts(announcer, offers);
}
function close(): void {
  journal[Symbol.dispose]();
  store[Symbol.dispose]();
}
beforeEach(() => {
  folder = temporaryFolder();
  open();
  addChats(store, 'cht_a', 'cht_b');
});
afterEach(() => {
  close();
  folder[Symbol.dispose]();
});

const model = (currentValue: string): ConfigOption => ({
  id: 'model',
  name: 'Model',
  category: 'model',
  type: 'select',
  currentValue,
  choices: [{ value: currentValue, name: currentValue }],
});
const commands: AgentCommand[] = [{ name: 'go', description: 'Goes', input: { hint: 'where' } }];

it('an agent offers what it said last in any chat, also after a restart', async () => {
  expect(offers.of('alpha')).toEqual({ options: [], commands: [] });
  facts.record('cht_a', 'alpha', { type: 'config', options: [model('small')] });
  facts.record('cht_a', 'alpha', { type: 'commands', commands });
  facts.record('cht_b', 'alpha', { type: 'config', options: [model('large')] });
  facts.record('cht_b', 'alpha', { type: 'usage', usage: { inputTokens: 1 } });
  const offer = { options: [model('large')], commands };
  expect(offers.of('alpha')).toEqual(offer);
  expect(offers.of('beta')).toEqual({ options: [], commands: [] });
  await journal.drained();
  close();
  open();
  expect(offers.of('alpha')).toEqual(offer);
});

it('is written once a group commit, and only when it changed', async () => {
  const { settings } = store;
  const written: unknown[] = [];
  const { set } = settings;
  settings.set = (key, value) => {
    written.push(value);
    set(key, value);
  };
  for (const value of ['one', 'two', 'three'])
    facts.record('cht_a', 'alpha', { type: 'config', options: [model(value)] });
  expect(written).toEqual([]);
  await journal.drained();
  expect(written).toEqual([{ options: [model('three')], commands: [] }]);
  // Said again, also in another chat.
  facts.record('cht_b', 'alpha', { type: 'config', options: [model('three')] });
  await journal.drained();
  expect(written).toHaveLength(1);
});

it('counts as never heard when what was kept is not understood', () => {
  store.settings.set('agent_offer:alpha', { options: 'of another version' });
  expect(offers.of('alpha')).toEqual({ options: [], commands: [] });
});
