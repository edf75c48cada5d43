/** The verdict is fed with records of runs in which something is wrong, and has to find exactly that. */
import type { Part, Turn } from '@pilotlight/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Answer, ChatRecord, Disturbance, RunRecord, Submission } from './records.ts';
import { sampleMessage, sampleTurn } from './samples.ts';
import { judge, referenceKey } from './verdict.ts';

const chatId = 'cht_1';
const reference = new Map([
  [referenceKey('demo', 'echo'), [{ type: 'text', text: 'the words of <nonce>' } satisfies Part]],
  [referenceKey('demo', 'run'), [{ type: 'text', text: 'ran' } satisfies Part]],
]);

let run: RunRecord;
let chat: ChatRecord;
let turn: Turn;
let prompt: Submission;

beforeEach(() => {
  chat = {
    name: 'c0',
    agent: 'demo',
    chatId,
    places: [],
    submissions: [],
    answers: [],
    turns: [],
    messages: [],
    permissions: [],
  };
  run = {
    chats: [chat],
    topics: [],
    disturbances: [],
    deliveries: new Map(),
    effects: new Map(),
    survivors: [],
    failures: [],
  };
  ({ turn, prompt } = add('echo', 'the words of n-0e'));
  add('run', 'ran');
  run.effects.set('n-1e', 1);
});

/** A prompt that was said and completed. */
function add(key: string, text: string): { turn: Turn; prompt: Submission } {
  const nonce = `n-${chat.turns.length}e`;
  const added = sampleTurn(chatId, 'completed');
  const submission: Submission = {
    turnId: added.id,
    nonce,
    key,
    accepted: true,
    attempts: 1,
    cancelAsked: false,
    refusal: null,
  };
  chat.turns.push(added);
  chat.submissions.push(submission);
  chat.messages.push(
    sampleMessage(chatId, added.id, 'user', [{ type: 'text', text: key }]),
    sampleMessage(chatId, added.id, 'assistant', [{ type: 'text', text }]),
  );
  run.deliveries.set(nonce, 1);
  return { turn: added, prompt: submission };
}

function found(expectTakeover = true): string[] {
  return judge(run, { reference, expectTakeover }).map(({ what }) => what);
}

function disturbed(kind: Disturbance['kind'], more: Partial<Disturbance> = {}): void {
  run.disturbances.push({ kind, at: 1500, until: 1600, chatIds: null, agent: null, ...more });
}

it('finds nothing in a sound run', () => {
  expect(found()).toEqual([]);
});

it('finds a lost prompt', () => {
  chat.turns.shift();
  expect(found()).toEqual(['an accepted prompt is lost']);
});

it('finds a prompt whose user message is lost, or there twice', () => {
  const [first] = chat.messages.splice(0, 1);
  expect(found()).toEqual(['the prompt in the transcript']);
  if (first !== undefined) chat.messages.unshift(first, first);
  expect(found()).toEqual(['the prompt in the transcript']);
});

it('finds a prompt that its agent got twice, and a command that ran twice', () => {
  run.deliveries.set(prompt.nonce, 2);
  expect(found()).toContain('a prompt was run twice');
  run.deliveries.set(prompt.nonce, 1);
  run.effects.set('n-1e', 2);
  expect(found()).toContain('a prompt was run twice');
});

it('finds a completed turn that nobody ran', () => {
  run.deliveries.delete(prompt.nonce);
  run.effects.delete('n-1e');
  expect(found()).toEqual(['a completed turn', 'a completed turn']);
});

it('finds a prompt that was run although nobody accepted it', () => {
  chat.turns.shift();
  prompt.accepted = false;
  expect(found()).toEqual(['a prompt was run that nobody accepted']);
  run.deliveries.delete(prompt.nonce);
  expect(found()).toEqual([]);
});

it('finds turns that nobody asked for, and one that is there twice', () => {
  chat.turns.push(sampleTurn(chatId, 'completed'), turn);
  expect(found()).toEqual(['a turn that nobody asked for', 'a turn twice in the transcript']);
});

it('finds a turn that does not end', () => {
  turn.state = 'running';
  turn.endedAt = null;
  expect(found()).toEqual(['a turn does not end']);
});

it.each<[string, Part[]]>([
  ['a missing word', [{ type: 'text', text: 'the words of' }]],
  ['a word twice', [{ type: 'text', text: 'the the words of n-0e' }]],
  ['the nonce of another prompt', [{ type: 'text', text: 'the words of n-7e' }]],
  [
    'a part too many',
    [
      { type: 'text', text: 'the words of n-0e' },
      { type: 'text', text: '' },
    ],
  ],
  ['no part', []],
])('finds a completed transcript with %s', (_, parts) => {
  chat.messages[1] = sampleMessage(chatId, turn.id, 'assistant', parts);
  expect(found()).toEqual(['a completed transcript differs']);
});

it('does not mind what the product says of itself', () => {
  chat.messages[1]?.parts.unshift({ type: 'notice', level: 'info', code: 'recap', text: 'told' });
  expect(found()).toEqual([]);
});

it.each(['interrupted', 'failed', 'cancelled'] as const)(
  'finds a turn that is %s without a reason',
  (state) => {
    turn.state = state;
    expect(found()).toHaveLength(1);
    disturbed('client-cut');
    disturbed('server-stop');
    disturbed('agent-stop');
    expect(found()).toHaveLength(1);
  },
);

it('lets a killed server interrupt a turn only where no takeover is expected', () => {
  turn.state = 'interrupted';
  disturbed('server-kill');
  expect(found(false)).toEqual([]);
  expect(found(true)).toEqual(['a turn is interrupted without a reason']);
  turn.state = 'failed';
  expect(found(false)).toEqual(['a turn is failed without a reason']);
});

it('lets a killed agent end the turns of its chats, and no others', () => {
  turn.state = 'failed';
  disturbed('agent-kill', { chatIds: ['cht_other'], agent: 'Demo' });
  disturbed('agent-kill', { agent: 'Diligent' });
  disturbed('agent-kill', { at: 9000, until: 9000 });
  expect(found()).toEqual(['a turn is failed without a reason']);
  disturbed('agent-kill', { chatIds: [chatId], agent: 'Demo' });
  expect(found()).toEqual([]);
});

it('finds what is wrong with answers', () => {
  const id = 'prm_1';
  const permission = {
    id,
    chatId,
    turnId: turn.id,
    agent: 'demo',
    kind: 'permission',
    state: 'answered',
    title: '',
    toolCall: null,
    options: [],
    fields: [],
    url: null,
    subject: null,
    always: [],
    deadlineAt: null,
    answer: null,
    answeredBy: null,
    decision: null,
    createdAt: 1,
    answeredAt: null,
  } satisfies ChatRecord['permissions'][number];
  const answered = (state: 'answered' | 'cancelled' | 'pending', answer: Omit<Answer, 'permissionId'>) => {
    chat.permissions = [{ ...permission, state }];
    chat.answers = [{ permissionId: id, ...answer }];
    return found();
  };
  expect(answered('answered', { taken: 1, refusals: [] })).toEqual([]);
  expect(answered('cancelled', { taken: 0, refusals: ['permission_answered'] })).toEqual([]);
  expect(answered('answered', { taken: 2, refusals: [] })).toEqual(['a question was answered twice']);
  expect(answered('cancelled', { taken: 1, refusals: [] })).toEqual(['an answer is lost']);
  expect(answered('pending', { taken: 0, refusals: [] })).toEqual(['a question is still open']);
  expect(answered('answered', { taken: 0, refusals: ['internal'] })).toEqual(['an answer was refused']);
  chat.permissions = [];
  expect(found()).toEqual(['a question is lost']);
});

it('passes on what the readers, the processes and the run itself say', () => {
  const problems = [{ seq: 4, text: 'a gap' }];
  run.topics.push({ topic: `chat:${chatId}`, frames: 1, snapshots: 1, skipped: 0, connections: 1, problems });
  run.survivors.push('17 sleep 100');
  run.failures.push('the server ended by itself');
  expect(judge(run, { reference, expectTakeover: true })).toMatchObject([
    { what: 'the run failed', detail: 'the server ended by itself' },
    { what: 'frames', chat: 'c0 cht_1', seq: 4, detail: 'a gap' },
    { what: 'a process that nobody owns', detail: '17 sleep 100' },
  ]);
});
