import fc from 'fast-check';
import {
  applyFrame,
  chatTopic,
  emptyChatState,
  type ChatFrame,
  type ChatFrameEvent,
  type ChatState,
} from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { chatStep, type ChatStep } from '../../../protocol/test/frame-arbitraries.ts';
import { openStore } from '../store/open-store.ts';
import { chat, project, session, temporaryFolder } from '../store/store-fixture.ts';
import type { Store } from '../store/store.ts';
import { createJournal } from './create-journal.ts';
import type { Journal } from './journal.ts';

const CHAT = 'cht_00000001';
const TOPIC = chatTopic(CHAT);

type Step = ChatStep | 'fold' | 'restart' | 'flush' | 'fail';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: chatStep },
  { weight: 2, arbitrary: fc.constant('fold' as const) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
  { weight: 2, arbitrary: fc.constant('flush' as const) },
  { weight: 1, arbitrary: fc.constant('fail' as const) },
);

/** Writes the row that an event speaks of, as whoever makes such frames does in the same transaction. */
function writeRow(store: Store, event: ChatFrameEvent): void {
  if (event.type === 'chat') store.chats.update(event.chat);
  if (event.type === 'turn_removed') store.turns.remove(event.turnId);
  if (event.type === 'agent_session') store.agentSessions.upsert(event.agentSession);
  if (event.type === 'turn') {
    if (store.turns.get(event.turn.id) === null) store.turns.insert(event.turn);
    else store.turns.update(event.turn);
  }
  if (event.type === 'permission') {
    if (store.permissions.get(event.permission.id) === null) store.permissions.insert(event.permission);
    else store.permissions.update(event.permission);
  }
}

const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/**
 * What two clients must agree on. A snapshot holds the turns of its messages, the queued and the active ones; a
 * follower knows all it ever heard of. When a turn was made and what it continues never change in life, but random
 * events change them.
 */
function comparable(state: ChatState, reference: ChatState) {
  const turns = Object.fromEntries(
    Object.values(state.turns)
      .filter(({ id }) => id in reference.turns)
      .map((turn) => [turn.id, { ...turn, createdAt: 0, continues: null }]),
  );
  const permissions = Object.fromEntries(
    Object.values(state.permissions)
      .filter(({ id }) => id in reference.permissions)
      .map((permission) => [permission.id, { ...permission, createdAt: 0 }]),
  );
  const chat = state.chat === null ? null : { ...state.chat, createdAt: 0, sessionId: '' };
  return { ...state, chat, turns, permissions };
}

class World {
  readonly #folder = temporaryFolder();
  store!: Store;
  journal!: Journal;
  /** the state of a client that followed from the beginning, by seq */
  readonly followed: ChatState[] = [emptyChatState()];

  constructor() {
    this.open();
    this.store.projects.insert(project('prj_00000001'));
    this.store.sessions.insert(session('ses_00000001', 'prj_00000001'));
    this.store.chats.insert(chat(CHAT, 'ses_00000001'));
    const first = { ...chat(CHAT, 'ses_00000001') };
    this.journal.commit((scope) => scope.frame({ topic: TOPIC, event: { type: 'chat', chat: first } }));
  }

  open(): void {
    this.store = openStore({ dataFolder: this.#folder.path });
    this.journal = createJournal(this.store);
    this.journal.subscribe(TOPIC, (batch) => {
      for (const frame of JSON.parse(`[${batch.json}]`) as ChatFrame[]) {
        this.followed.push(applyFrame(this.followed.at(-1)!, frame));
      }
    });
  }

  take(step: Step): void {
    const { journal, store } = this;
    if (step === 'flush') journal.flush();
    else if (step === 'fold') journal.commit((scope) => scope.fold(CHAT));
    else if (step === 'restart') {
      this.close();
      this.open();
    } else if (step === 'fail') this.#fail();
    else if (step.event.type in { turn: 1, turn_removed: 1, chat: 1, permission: 1, agent_session: 1 }) {
      journal.commit((scope) => {
        writeRow(store, step.event);
        scope.frame({ topic: TOPIC, ...step });
      });
    } else journal.append({ topic: TOPIC, ...step });
  }

  #fail(): void {
    const failing = () =>
      this.journal.commit((scope) => {
        scope.frame({
          topic: TOPIC,
          messageId: 'msg_00000001',
          event: { type: 'text', part: 0, text: 'never' },
        });
        scope.fold(CHAT);
        scope.frame({
          topic: TOPIC,
          messageId: 'msg_00000001',
          event: { type: 'text', part: 0, text: 'never' },
        });
        throw new Error('taken back');
      });
    try {
      failing();
    } catch (error) {
      if (error instanceof Error && error.message === 'taken back') return;
      throw error;
    }
  }

  close(): void {
    this.journal[Symbol.dispose]();
    this.store[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.close();
    this.#folder[Symbol.dispose]();
  }
}

describe('a client of the journal', () => {
  it('comes to the same state from any point as one that followed, over folds, restarts and failed commits', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.array(fc.nat(40), { maxLength: 5 }),
        (steps, points) => {
          using world = new World();
          for (const one of steps) world.take(one);
          const head = world.journal.catchUp(TOPIC, null);
          const live = world.followed.at(-1)!;
          expect(head.kind === 'snapshot' && head.state.seq).toBe(live.seq);
          expect(world.followed.map(({ seq }) => seq)).toEqual(world.followed.map((_, index) => index));
          for (const point of [0, live.seq, ...points]) {
            const start = overTheWire(world.followed[point] ?? emptyChatState());
            const answer = world.journal.catchUp(TOPIC, point);
            const state =
              answer.kind === 'snapshot'
                ? (overTheWire(answer.state) as ChatState)
                : (JSON.parse(`[${answer.json}]`) as ChatFrame[]).reduce<ChatState>(
                    (from, frame) => applyFrame(from, frame),
                    start,
                  );
            const reference = answer.kind === 'snapshot' ? state : live;
            expect(comparable(state, reference)).toEqual(comparable(live, reference));
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
