import type { AgentSession, AgentUsage, Turn } from '@pilotlight/protocol';
import { useState } from 'react';
import { useConnection } from '../../live/connection.ts';
import { useChatPart } from '../../live/use-chat.ts';
import { cx } from '../../ui/class-names.ts';
import { Elapsed } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { useGoToQuestion } from '../questions/go-to-question.ts';
import { UsageDialog } from '../usage/usage-dialog.tsx';
import { openQuestion, runningTurn } from './chat-facts.ts';
import { contextShare } from './context-share.ts';
import { useStopping } from './stopping.ts';

/** One line of words: what the agent session is and why, how long the turn has been going, how full the context is. */
export function StatusLine({ chatId, agent }: { chatId: string; agent: string }) {
  const session = useChatPart(chatId, ({ state }) => state.agentSessions[agent]);
  const usage = useChatPart(chatId, ({ state }) => state.usage[agent]);
  const turn = useChatPart(chatId, runningTurn);
  const question = useChatPart(chatId, openQuestion);
  const isLost = useConnection(({ connection }) => connection === 'lost');
  const goToQuestion = useGoToQuestion();
  const [isUsageOpen, setUsageOpen] = useState(false);
  const isArmed = useStopping(({ armed }) => armed === chatId);
  return (
    <div className="flex h-5 items-center gap-2 px-3 text-small text-ink-3">
      {isArmed ? (
        <span className="truncate font-medium text-ink">{words.composer.stopAgain}</span>
      ) : isLost ? (
        <span className="truncate">{words.composer.offline}</span>
      ) : question !== null ? (
        <button
          type="button"
          onClick={() => goToQuestion(question)}
          className="inline-flex items-center gap-2 rounded-sm font-medium whitespace-nowrap text-flame-ink hover:underline"
        >
          <Light look="asks" />
          {words.composer.waitsForYou}
        </button>
      ) : (
        <State session={session} turn={turn} />
      )}
      <span className="flex-1" />
      <Context usage={usage ?? NOTHING} onOpen={() => setUsageOpen(true)} />
      {isUsageOpen ? <UsageDialog chatId={chatId} onClose={() => setUsageOpen(false)} /> : null}
    </div>
  );
}

function State({ session, turn }: { session: AgentSession | undefined; turn: Turn | null }) {
  if (turn !== null) {
    const isStarting = turn.state === 'starting';
    return (
      <span className="inline-flex min-w-0 items-center gap-2" title={session?.why}>
        <Light look={isStarting ? 'starting' : 'busy'} />
        <span className="truncate text-ink-2">
          {isStarting ? words.composer.startingTurn : words.composer.running}{' '}
          <Elapsed since={turn.startedAt ?? turn.createdAt} />
        </span>
      </span>
    );
  }
  const state = session?.state ?? 'cold';
  const word = words.composer.states[state];
  const why = session === undefined ? words.composer.notStartedWhy : session.why;
  // "Kept warm" needs no "Warm" before it.
  const isSaid = why.toLowerCase().includes(word.toLowerCase());
  return (
    <span className="inline-flex min-w-0 items-center gap-2" title={why}>
      <Light look={state} />
      <span className="truncate">
        {isSaid ? null : <span className="text-ink-2">{word}</span>}
        {why === '' || isSaid ? null : ' · '}
        {isSaid ? <span className="text-ink-2">{why}</span> : why}
      </span>
    </span>
  );
}

type Look = AgentSession['state'] | 'asks';

const LIGHTS: Record<Look, string> = {
  cold: 'border border-line-strong',
  starting: 'border border-dashed border-ink-3',
  ready: 'bg-ink-3',
  busy: 'border-2 border-flame',
  closing: 'border border-dashed border-ink-3',
  asks: 'rotate-45 rounded-none! bg-flame',
};

/** The state as a shape beside its word. */
function Light({ look }: { look: Look }) {
  return <span aria-hidden className={cx('size-2 shrink-0 rounded-full', LIGHTS[look])} />;
}

const NOTHING: AgentUsage = {};
const counts = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const figures = new Intl.NumberFormat('en');

function Context({ usage, onOpen }: { usage: AgentUsage; onOpen(): void }) {
  const { contextUsed, contextSize, cost } = usage;
  if (contextUsed === undefined) return <UsageButton said="" shown={words.usage.title} onOpen={onOpen} />;
  const share = contextShare(contextUsed, contextSize);
  const said = [
    contextSize === undefined
      ? words.composer.contextUsed(figures.format(contextUsed))
      : words.composer.contextFigures(figures.format(contextUsed), figures.format(contextSize)),
    ...(cost === undefined ? [] : [words.composer.cost(cost.amount.toFixed(2), cost.currency)]),
  ].join('. ');
  const shown =
    share === null ? words.composer.tokens(counts.format(contextUsed)) : words.composer.context(share);
  return (
    <UsageButton said={`${said}. `} shown={shown} isFull={share !== null && share >= 90} onOpen={onOpen} />
  );
}

interface UsageButtonProps {
  /** the figures in words, for who hears or points at it */
  said: string;
  shown: string;
  isFull?: boolean;
  onOpen(): void;
}

function UsageButton({ said, shown, isFull = false, onOpen }: UsageButtonProps) {
  const label = said + words.usage.open;
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      onClick={onOpen}
      className={cx(
        'rounded-sm whitespace-nowrap hover:text-ink hover:underline @max-[320px]:hidden',
        isFull && 'text-bad',
      )}
    >
      {shown}
    </button>
  );
}
