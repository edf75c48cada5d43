import { isTurnEnded } from '@pilotlight/client';
import type { Turn } from '@pilotlight/protocol';
import { excusesOf } from './excuses.ts';
import type { ChatRecord, Problem, Reference, RunRecord, Submission } from './records.ts';
import { languageOf, linesOf, type Line } from './script.ts';
import { difference, spokenParts } from './transcript.ts';

export interface VerdictOptions {
  /** what the same lines led to without disturbance; null: this is that run */
  reference: Reference | null;
  /** a turn must outlive its server */
  expectTakeover: boolean;
}

/** Everything that is wrong with a run. A sound run has no problem. */
export function judge(run: RunRecord, options: VerdictOptions): Problem[] {
  return [
    ...run.failures.map((detail) => ({ what: 'the run failed', detail })),
    ...run.chats.flatMap((chat) => judgeChat(run, chat, options)),
    ...run.topics.flatMap(({ topic, problems }) =>
      problems.map(({ seq, text }) => ({ what: 'frames', chat: nameOf(run, topic), seq, detail: text })),
    ),
    ...run.survivors.map((detail) => ({ what: 'a process that nobody owns', detail })),
  ];
}

function nameOf({ chats }: RunRecord, topic: string): string {
  const chat = chats.find(({ chatId }) => topic === `chat:${chatId}`);
  return chat === undefined ? topic : `${chat.name} ${chat.chatId}`;
}

function judgeChat(run: RunRecord, chat: ChatRecord, options: VerdictOptions): Problem[] {
  const where = { chat: `${chat.name} ${chat.chatId}` };
  const known = new Set(chat.submissions.map(({ turnId }) => turnId));
  return [
    ...chat.submissions.flatMap((submission) => judgePrompt(run, chat, submission, options)),
    ...chat.turns
      .filter(({ id }) => !known.has(id))
      .map(({ id }) => ({ what: 'a turn that nobody asked for', ...where, turn: id, detail: '' })),
    ...repeated(chat.turns.map(({ id }) => id)).map((turn) => ({
      what: 'a turn twice in the transcript',
      ...where,
      turn,
      detail: '',
    })),
    ...judgeAnswers(chat).map((problem) => ({ ...where, ...problem })),
  ];
}

function judgePrompt(
  run: RunRecord,
  chat: ChatRecord,
  submission: Submission,
  options: VerdictOptions,
): Problem[] {
  const { turnId, nonce, key, accepted, refusal } = submission;
  const problems: Problem[] = [];
  const say = (what: string, detail: string): void =>
    void problems.push({
      what,
      chat: `${chat.name} ${chat.chatId}`,
      turn: turnId,
      detail: `${key}: ${detail}`,
    });
  if (refusal !== null) say('a call was refused', refusal);
  const turn = chat.turns.find(({ id }) => id === turnId);
  const deliveries = run.deliveries.get(nonce) ?? 0;
  const effects = run.effects.get(nonce) ?? 0;
  if (deliveries > 1) say('a prompt was run twice', `its agent got it ${deliveries} times`);
  if (effects > 1) say('a prompt was run twice', `its command ran ${effects} times`);
  if (turn === undefined) {
    if (accepted) say('an accepted prompt is lost', 'its turn is not in the transcript');
    else if (deliveries + effects > 0) say('a prompt was run that nobody accepted', '');
    return problems;
  }
  if (!isTurnEnded(turn.state)) say('a turn does not end', `it is ${turn.state}`);
  const prompts = chat.messages.filter((message) => message.role === 'user' && message.turnId === turnId);
  const promptsWanted = turn.startedAt === null ? 0 : 1;
  if (prompts.length !== promptsWanted)
    say('the prompt in the transcript', `is there ${prompts.length} times`);
  if (turn.state === 'completed') {
    const line = lineOf(chat, key);
    if (deliveries !== 1) say('a completed turn', `its agent got the prompt ${deliveries} times`);
    if (line?.hasEffect && effects !== 1) say('a completed turn', `its command ran ${effects} times`);
    const expected = options.reference?.get(referenceKey(chat.agent, key));
    const got = spokenParts(chat.messages, turnId, nonce, chat.places);
    const differs = expected === undefined ? null : difference(expected, got);
    if (differs !== null) say('a completed transcript differs', differs);
    if (options.reference !== null && expected === undefined && !submission.cancelAsked)
      say('the undisturbed run', 'does not have this line');
  }
  judgeEnd(run, turn, submission, options, say);
  return problems;
}

/** Whether the turn had a reason to end as it did. */
function judgeEnd(
  run: RunRecord,
  turn: Turn,
  { cancelAsked }: Submission,
  { expectTakeover }: VerdictOptions,
  say: (what: string, detail: string) => void,
): void {
  const why = JSON.stringify(turn.error);
  if (turn.state === 'cancelled' && !cancelAsked) say('a turn was cancelled that nobody cancelled', why);
  if (turn.state !== 'failed' && turn.state !== 'interrupted') return;
  if (excusesOf(turn, run.disturbances, expectTakeover).length === 0)
    say(`a turn is ${turn.state} without a reason`, why);
}

function judgeAnswers(chat: ChatRecord): Problem[] {
  return chat.answers.flatMap(({ permissionId, taken, refusals }) => {
    const permission = chat.permissions.find(({ id }) => id === permissionId);
    const detail = `${permissionId} is ${permission?.state}; taken ${taken} times, refused ${JSON.stringify(refusals)}`;
    const turn = permission === undefined ? {} : { turn: permission.turnId };
    if (taken > 1) return [{ what: 'a question was answered twice', ...turn, detail }];
    if (permission === undefined) return [{ what: 'a question is lost', detail }];
    if (permission.state === 'pending') return [{ what: 'a question is still open', ...turn, detail }];
    if (taken === 1 && permission.state !== 'answered')
      return [{ what: 'an answer is lost', ...turn, detail }];
    const strange = refusals.filter((code) => code !== 'permission_answered');
    return strange.length > 0 ? [{ what: 'an answer was refused', ...turn, detail }] : [];
  });
}

/** What each line of an undisturbed run led to. */
export function referenceOf(run: RunRecord): Map<string, ReturnType<typeof spokenParts>> {
  const reference = new Map<string, ReturnType<typeof spokenParts>>();
  for (const { agent, submissions, messages, places } of run.chats) {
    for (const { turnId, nonce, key } of submissions)
      reference.set(referenceKey(agent, key), spokenParts(messages, turnId, nonce, places));
  }
  return reference;
}

export function referenceKey(agent: string, key: string): string {
  return `${agent} ${key}`;
}

function lineOf({ agent }: ChatRecord, key: string): Line | undefined {
  return linesOf(languageOf(agent)).find((line) => line.key === key);
}

function repeated(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
