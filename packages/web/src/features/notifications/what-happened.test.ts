import {
  emptyIndexState,
  type Chat,
  type IndexState,
  type Permission,
  type Session,
} from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { whatHappened } from './what-happened.ts';

const NOW = 100_000;

function chat(changes: Partial<Chat> = {}): Chat {
  return {
    id: 'c',
    sessionId: 's',
    title: '',
    agent: 'demo',
    activity: 'idle',
    lastTurnState: null,
    lastLine: '',
    unseen: false,
    runningSince: null,
    createdAt: 1,
    updatedAt: 1,
    ...changes,
  };
}

const running = chat({ activity: 'running', runningSince: 40_000 });
const done = chat({ unseen: true, lastTurnState: 'completed', lastLine: 'All tests pass', updatedAt: 9 });

function index(chats: Chat[], changes: Partial<IndexState> = {}): IndexState {
  const session = { id: 's', archivedAt: null } as Session;
  return {
    ...emptyIndexState(),
    sessions: { s: session },
    chats: Object.fromEntries(chats.map((each) => [each.id, each])),
    ...changes,
  };
}

const question = { id: 'p', chatId: 'c', title: 'Run npm test' } as Permission;
const kinds = (before: IndexState, after: IndexState) =>
  whatHappened(before, after, NOW).map(({ kind }) => kind);

describe('whatHappened', () => {
  it('is nothing between a state and itself, whatever waits in it', () => {
    const state = index([done], { permissions: { p: question } });
    expect(whatHappened(state, state, NOW)).toEqual([]);
    expect(whatHappened(state, { ...state, chats: { ...state.chats } }, NOW)).toEqual([]);
  });

  it('tells the end of a turn, with its last line and how long it took', () => {
    expect(whatHappened(index([running]), index([done]), NOW)).toEqual([
      {
        kind: 'done',
        sessionId: 's',
        chatId: 'c',
        tag: 'turn:c:9',
        text: 'All tests pass',
        tookMs: 60_000,
        isSeen: false,
      },
    ]);
  });

  it('tells a turn that began and ended between the two, and one of a new chat', () => {
    expect(kinds(index([chat()]), index([done]))).toEqual(['done']);
    expect(kinds(index([]), index([done]))).toEqual(['done']);
  });

  it('calls failed and interrupted turns failed, and says nothing of a cancelled one', () => {
    const ended = (lastTurnState: Chat['lastTurnState']) =>
      kinds(index([running]), index([chat({ unseen: lastTurnState !== 'cancelled', lastTurnState })]));
    expect(ended('failed')).toEqual(['failed']);
    expect(ended('interrupted')).toEqual(['failed']);
    expect(ended('cancelled')).toEqual([]);
  });

  it('waits for the last of queued turns', () => {
    const between = chat({ ...done, activity: 'running', runningSince: 70_000 });
    expect(kinds(index([running]), index([between]))).toEqual([]);
    expect(kinds(index([between]), index([done]))).toEqual(['done']);
  });

  it('does not repeat what is still unseen, or was seen by somebody', () => {
    expect(kinds(index([done]), index([{ ...done, title: 'Renamed' }]))).toEqual([]);
    expect(kinds(index([done]), index([{ ...done, unseen: false }]))).toEqual([]);
  });

  it('knows when somebody was looking', () => {
    const [seen] = whatHappened(index([running]), index([{ ...done, unseen: false }]), NOW);
    expect(seen).toMatchObject({ kind: 'done', isSeen: true });
  });

  it('does not take a prompt that was withdrawn for a turn', () => {
    const queued = chat({ activity: 'queued', lastTurnState: 'completed' });
    expect(kinds(index([queued]), index([{ ...queued, activity: 'idle' }]))).toEqual([]);
  });

  it('tells a question once, and not when it is answered', () => {
    const asking = index([chat({ activity: 'needs_you', runningSince: 1 })], {
      permissions: { p: question },
    });
    expect(whatHappened(index([running]), asking, NOW)).toEqual([
      {
        kind: 'question',
        sessionId: 's',
        chatId: 'c',
        tag: 'question:p',
        text: 'Run npm test',
        tookMs: null,
        isSeen: false,
      },
    ]);
    expect(kinds(asking, { ...asking, permissions: { ...asking.permissions } })).toEqual([]);
    expect(kinds(asking, index([running]))).toEqual([]);
  });

  it('says nothing of archived sessions', () => {
    const archived = { s: { id: 's', archivedAt: 5 } as Session };
    expect(kinds(index([running], { sessions: archived }), index([done], { sessions: archived }))).toEqual(
      [],
    );
  });
});
