import { CONTINUE_PROMPT, type AgentUsage, type DiffStat, type Turn } from '@pilotlight/protocol';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Elapsed } from '../../ui/time.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { Button } from '../../ui/button.tsx';
import { showError } from '../../ui/toasts.tsx';
import { chatStore } from '../../live/chat-store.ts';
import { useChatPart } from '../../live/use-chat.ts';
import { sendPrompt } from '../../live/outbox.ts';
import * as words from '../../words/index.ts';
import { TurnMenu } from '../checkpoints/turn-menu.tsx';
import { isTurn } from '../review/scope.ts';
import { showInSide } from '../session/side-state.ts';
import { ExplainedMark } from './marks.tsx';
import { RepairButton } from './repair-button.tsx';
import { usePlace } from './place.ts';
import { partsToContent } from './parts-to-content.ts';
import { isActive, isOver, type Row } from './transcript-rows.ts';

/** How a turn goes or how it ended: one line of the same height in both cases, so that the end moves nothing. */
export function TurnRow({ row, isAsking }: { row: Extract<Row, { kind: 'turn' }>; isAsking: boolean }) {
  const { turn, before } = row;
  const { sessionId } = usePlace();
  const since = turn.startedAt ?? turn.createdAt;
  const w = words.transcript;
  if (isActive(turn)) {
    const word = isAsking ? w.turn.needsYou : turn.state === 'starting' ? w.turn.starting : w.turn.running;
    return (
      <div className="flex min-h-7 items-center gap-2 text-small text-ink-2">
        <Mark mark={isAsking ? 'question' : 'running'} />
        <span>{word}</span>
        <span className="text-ink-3">
          <Elapsed since={since} />
        </span>
        <Continuity turn={turn} isFirst={before === null} />
      </div>
    );
  }
  const { state, endedAt, usage, diff, error } = turn;
  return (
    <>
      <div className="flex min-h-7 flex-wrap items-center gap-x-2.5 gap-y-1 text-small text-ink-3">
        <span className="inline-flex items-center gap-2">
          <Mark mark={state === 'completed' ? 'done' : state === 'failed' ? 'failed' : 'idle'} />
          {state === 'completed' || state === 'queued' ? null : (
            <span className={state === 'failed' ? 'font-medium text-bad' : 'text-ink-2'}>
              {w.turn[state]}
            </span>
          )}
        </span>
        {endedAt === null ? null : <span>{words.time.took(endedAt - since)}</span>}
        <Changes turnId={turn.id} diff={diff} />
        {usage === null || state === 'failed' ? null : <Usage usage={usage} />}
        <Continuity turn={turn} isFirst={before === null} />
        {isOver(turn) && isTurn(turn.id) ? <TurnMenu turnId={turn.id} sessionId={sessionId} /> : null}
      </div>
      {state === 'failed' ? <Failure turn={turn} /> : null}
      {state === 'cancelled' ? (
        <p className="text-small text-ink-3">
          {error?.message ?? w.cancelledWhy} {w.keptSoFar}
        </p>
      ) : null}
      {state === 'interrupted' ? <Interruption turn={turn} /> : null}
    </>
  );
}

/** What this turn has changed, and the way to it; nothing when it changed no file. */
function Changes({ turnId, diff }: { turnId: string; diff: DiffStat | null }) {
  const { sessionId } = usePlace();
  if (diff === null || diff.files === 0) return null;
  const said = (
    <span className="inline-flex gap-1.5">
      {words.transcript.changedFiles(diff.files)}
      <DiffCount additions={diff.additions} deletions={diff.deletions} />
    </span>
  );
  if (!isTurn(turnId)) return said;
  return (
    <Tooltip label={words.transcript.showTurnChanges}>
      <button
        type="button"
        className="rounded-sm px-1 hover:bg-hover pointer-coarse:min-h-11"
        onClick={() => showInSide({ kind: 'change', sessionId, scope: turnId, path: null })}
      >
        <span className="sr-only">{words.transcript.showTurnChanges}: </span>
        {said}
      </button>
    </Tooltip>
  );
}

/** How the agent came to know the chat; nothing when it simply went on. */
function Continuity({ turn, isFirst }: { turn: Turn; isFirst: boolean }) {
  const { continuity, dispatch } = turn;
  // A chat's first turn begins fresh, which goes without saying.
  const isPlain =
    continuity === null ||
    continuity === 'live' ||
    (continuity === 'fresh' && isFirst) ||
    // It was told again up to where it ended, and did not go on.
    (continuity === 'reattached' && turn.state === 'interrupted');
  const shown = isPlain ? null : words.transcript.continuity[continuity];
  const [cold, coldWhy] = words.transcript.coldTurn;
  return (
    <>
      {dispatch === 'cold' ? <ExplainedMark word={cold ?? ''} why={coldWhy ?? ''} level="warning" /> : null}
      {shown === null ? null : <ExplainedMark word={shown[0]} why={shown[1]} />}
    </>
  );
}

/** Why the turn was cut off; while nothing comes after it, with a way to go on. */
function Interruption({ turn }: { turn: Turn }) {
  const w = words.transcript;
  const isLast = useChatPart(turn.chatId, ({ state }) =>
    Object.values(state.turns).every(({ id, createdAt }) => id === turn.id || createdAt < turn.createdAt),
  );
  const goOn = () => {
    sendPrompt(turn.chatId, [{ type: 'text', text: CONTINUE_PROMPT }], turn.agent).catch(showError);
  };
  return (
    <>
      <p className="text-small break-words whitespace-pre-wrap text-ink-2">
        {turn.error?.message ?? w.interruptedWhy}
      </p>
      {isLast ? (
        <Tooltip label={w.goOnAbout(CONTINUE_PROMPT)}>
          <Button className="mt-2" onClick={goOn}>
            {w.goOn}
          </Button>
        </Tooltip>
      ) : null}
    </>
  );
}

/** What the server says of the failure, and what to do. */
function Failure({ turn }: { turn: Turn }) {
  const { error } = turn;
  const next = error === null ? undefined : words.transcript.whatNext[error.code];
  const again = () => {
    const { state, earlier } = chatStore(turn.chatId).view.value;
    const prompt = [...state.messages, ...earlier].find((message) => message.id === turn.messageId);
    if (prompt === undefined) return;
    partsToContent(prompt.parts)
      .then((content) => sendPrompt(turn.chatId, content, turn.agent))
      .catch(showError);
  };
  return (
    <div className="mt-1 rounded-lg border border-line bg-bad-wash px-3 py-2 text-ui">
      <p className="break-words whitespace-pre-wrap text-ink">
        {error?.message ?? words.transcript.turn.failed}
      </p>
      {next === undefined ? null : <p className="mt-1 text-ink-2">{next}</p>}
      {error?.code === 'worktree_missing' ? <RepairButton chatId={turn.chatId} /> : null}
      <Button className="mt-2" onClick={again}>
        {words.transcript.sendPromptAgain}
      </Button>
    </div>
  );
}

function Usage({ usage }: { usage: AgentUsage }) {
  const w = words.transcript;
  const total = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0) || (usage.contextUsed ?? 0);
  if (total === 0) return null;
  const lines: [string, number | undefined][] = [
    [w.usage.input, usage.inputTokens],
    [w.usage.output, usage.outputTokens],
    [w.usage.reasoning, usage.reasoningTokens],
    [w.usage.cacheRead, usage.cacheReadTokens],
    [w.usage.cacheWrite, usage.cacheWriteTokens],
    [w.usage.context, usage.contextUsed],
  ];
  const said = lines.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${value.toLocaleString('en')}`],
  );
  const { cost } = usage;
  if (cost !== undefined) said.push(`${w.usage.cost} ${cost.amount.toFixed(4)} ${cost.currency}`);
  return (
    <Tooltip label={said.join(' · ')}>
      <button type="button" className="rounded-sm hover:text-ink">
        {w.tokens(total)}
      </button>
    </Tooltip>
  );
}
