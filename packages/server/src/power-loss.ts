import { chatOfTopic } from '@pilotlight/protocol';
import { AgentOffers } from './dispatch/agent-offers.ts';
import { Announcer } from './dispatch/announcer.ts';
import { ChatFacts } from './dispatch/chat-facts.ts';
import { Continuations } from './dispatch/continuations.ts';
import { PermissionDesk } from './dispatch/permission-desk.ts';
import { PolicyBook } from './dispatch/policies/policy-book.ts';
import { interruptAll } from './dispatch/recovery.ts';
import { UserSettings } from './dispatch/user-settings.ts';
import { createJournal } from './journal/create-journal.ts';
import type { Journal } from './journal/journal.ts';
import type { Store } from './store/store.ts';

const KEY = 'machine';

interface LastRun {
  bootId: string;
  ended: boolean;
}

/**
 * After another boot no process of an earlier server lives, so turns that ran are interrupted. Frames reach the system at
 * once and the disk within seconds, so only the end of the whole machine can take some that a client has seen: when the last
 * run did not end in order before it, every topic leaps ahead. Before the journal is made; disposing notes that this run
 * ended in order.
 */
export function healPowerLoss(store: Store, bootId: string, now: () => number): Disposable {
  const last = store.settings.get(KEY) as LastRun | undefined;
  if (last !== undefined && last.bootId !== bootId) {
    using journal = createJournal(store);
    const announcer = new Announcer(store, journal, now);
    const facts = new ChatFacts(announcer, new AgentOffers(announcer));
    interruptAll(announcer, facts, {
      permissions: new PermissionDesk(announcer, new PolicyBook(announcer)),
      continuations: new Continuations(announcer, new UserSettings(store)),
    });
    journal.flush();
    if (!last.ended) leapAhead(store, journal);
  }
  const note = (ended: boolean) => store.settings.set(KEY, { bootId, ended } satisfies LastRun);
  note(false);
  return {
    [Symbol.dispose]() {
      try {
        note(true);
      } catch {
        // A disk that takes nothing: the next start will think the machine died, which costs a snapshot for each client.
      }
    },
  };
}

function leapAhead(store: Store, journal: Journal): void {
  for (const topic of store.frames.topics()) {
    const chatId = chatOfTopic(topic);
    if (chatId !== null) journal.commit((scope) => scope.fold(chatId));
  }
  journal.flush();
  store.topics.leap();
}
