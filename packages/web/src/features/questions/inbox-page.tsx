import type { Permission } from '@pilotlight/protocol';
import { ArrowLeft, MessageSquare } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useViewport } from '../../app/viewport.ts';
import { openQuestions } from '../../live/groups.ts';
import { useIndex, useIsIndexLoaded } from '../../live/index-store.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import * as words from '../../words/index.ts';
import { useGoToQuestion } from './go-to-question.ts';
import { InboxRow } from './inbox-row.tsx';
import { nextSelected } from './inbox-selection.ts';
import { QuestionCard } from './question-card.tsx';
import { isTextField } from './question-keys.ts';

/** Every open question over all sessions, the one that waits longest first. */
export function InboxPage() {
  const questions = useIndex(openQuestions);
  const isLoaded = useIsIndexLoaded();
  const isPhone = useViewport() === 'phone';
  const { selected, select } = useSelection(questions, !isPhone);
  const open = useGoToQuestion();
  const list = useRef<HTMLUListElement>(null);
  const at = selected === null ? -1 : questions.indexOf(selected);

  const move = (to: number): void => {
    const next = questions[Math.max(0, Math.min(to, questions.length - 1))];
    if (next === undefined) return;
    select(next.id);
    list.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(next.id)}"]`)?.focus();
  };
  // On the window: the keys work from the first moment, when nothing has the focus.
  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.defaultPrevented || isTextField(target) || event.altKey || event.ctrlKey || event.metaKey)
      return;
    const isOnRow = target === document.body || target.closest('[data-row]') !== null;
    const isOnControl = target.closest('button, a, input, [tabindex="0"], [role=dialog], [role=menu]');
    if (event.key === 'ArrowDown' && (isOnRow || !isOnControl)) move(at + 1);
    else if (event.key === 'ArrowUp' && (isOnRow || !isOnControl)) move(at - 1);
    else if (event.key === 'Enter' && selected !== null && isOnRow && !isPhone) open(selected);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);

  if (isLoaded && questions.length === 0) {
    return (
      <div className="flex h-full flex-col">
        <Title count={0} />
        <Empty>{words.questions.empty}</Empty>
      </div>
    );
  }
  const detail =
    selected === null ? null : (
      <div className="mx-auto flex w-full max-w-[760px] flex-col gap-3 p-3 phone:p-4">
        <div className="flex items-center gap-2">
          {isPhone ? (
            <Button
              look="quiet"
              icon={<ArrowLeft size={16} strokeWidth={1.75} />}
              onClick={() => select(null)}
              className="-ml-2"
            >
              {words.questions.back}
            </Button>
          ) : (
            <span className="text-small text-ink-3">{words.questions.keysHint}</span>
          )}
          <Button
            look="quiet"
            icon={<MessageSquare size={16} strokeWidth={1.75} />}
            onClick={() => open(selected)}
            className="ml-auto"
          >
            {words.questions.openChat}
          </Button>
        </div>
        <QuestionCard key={selected.id} permission={selected} inInbox />
      </div>
    );
  const isListed = !isPhone || selected === null;
  return (
    <div className="flex h-full flex-col">
      {isListed ? <Title count={questions.length} /> : null}
      <div className="flex min-h-0 flex-1">
        {isListed ? (
          <ul
            ref={list}
            aria-label={words.questions.list}
            className="min-h-0 w-full overflow-y-auto p-1 phone:w-80 phone:shrink-0 phone:border-r phone:border-line"
          >
            {questions.map((permission) => (
              <InboxRow
                key={permission.id}
                permission={permission}
                isSelected={permission === selected}
                isTabStop={permission === selected || (selected === null && permission === questions[0])}
                onSelect={() => select(permission.id)}
              />
            ))}
          </ul>
        ) : null}
        {detail === null ? null : <div className="min-h-0 min-w-0 flex-1 overflow-y-auto">{detail}</div>}
      </div>
    </div>
  );
}

function Title({ count }: { count: number }) {
  return (
    <header className="flex h-11 shrink-0 items-center gap-2 border-b border-line px-4">
      <h1 className="text-title font-semibold">{words.questions.inbox}</h1>
      {count === 0 ? null : <span className="text-small text-ink-3">{words.questions.count(count)}</span>}
    </header>
  );
}

/** The question that is shown. When it is answered the next one takes its place. */
function useSelection(questions: readonly Permission[], always: boolean) {
  const [id, select] = useState<string | null>(null);
  const before = useRef<readonly Permission[]>(questions);
  const selected = nextSelected(before.current, questions, id, always);
  useEffect(() => {
    before.current = questions;
    if (selected !== id) select(selected);
  }, [questions, selected, id]);
  return { selected: questions.find((each) => each.id === selected) ?? null, select };
}
