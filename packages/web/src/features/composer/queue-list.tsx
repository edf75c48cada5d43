import { ChevronRight } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useChatPart } from '../../live/use-chat.ts';
import { announce } from '../../ui/announce.ts';
import { cx } from '../../ui/class-names.ts';
import * as words from '../../words/index.ts';
import { queuedTurns } from './chat-facts.ts';
import { moved } from './queue-order.ts';
import { deleteQueued, reorder } from './queue-actions.ts';
import { QueueRow } from './queue-row.tsx';
import { useRowDrag } from './use-row-drag.ts';

export interface QueueListProps {
  chatId: string;
  /** of the chat; a row says so when its prompt goes to another one */
  agent: string;
  /** the last row went: where the focus belongs */
  onLeave(): void;
}

/** The prompts that wait, joined to the field above which they stand. */
export function QueueList({ chatId, agent, onLeave }: QueueListProps) {
  const queued = useChatPart(chatId, queuedTurns);
  const [order, setOrder] = useState<readonly string[] | null>(null);
  const [isOpen, setOpen] = useState(true);
  const list = useRef<HTMLOListElement>(null);
  const turns = inOrder(queued, order);
  const ids = turns.map(({ id }) => id);
  const arrived =
    order !== null &&
    same(
      queued.map(({ id }) => id),
      ids,
    );
  useEffect(() => {
    if (arrived) setOrder(null);
  }, [arrived]);

  const move = (from: number, to: number): void => {
    const next = moved(ids, from, to);
    if (next === ids) return;
    setOrder(next);
    announce(words.composer.movedTo(next.indexOf(ids[from] ?? '') + 1, next.length));
    void reorder(chatId, next).then((isMoved) => isMoved || setOrder(null));
  };
  const rows = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>(':scope > li') ?? [])];
  const drag = useRowDrag(rows, move);

  /** The row behind takes the focus of one that goes. */
  const remove = (index: number): void => {
    const turn = turns[index];
    if (turn === undefined) return;
    const next = rows()[index + 1] ?? rows()[index - 1];
    if (next === undefined) onLeave();
    else next.querySelector<HTMLElement>('[data-text]')?.focus();
    void deleteQueued(turn);
  };

  if (turns.length === 0) return null;
  return (
    <section
      aria-label={words.composer.queued}
      className="mx-2 rounded-t-lg border border-b-0 border-line bg-sunken"
    >
      <button
        type="button"
        aria-expanded={isOpen}
        title={isOpen ? words.composer.hideQueue : words.composer.showQueue}
        onClick={() => setOpen(!isOpen)}
        className="flex h-7 w-full items-center gap-1.5 rounded-t-lg px-2.5 text-small text-ink-2 hover:text-ink pointer-coarse:h-11"
      >
        <ChevronRight
          size={14}
          strokeWidth={1.75}
          className={cx('text-ink-3 transition-transform', isOpen && 'rotate-90')}
        />
        {words.composer.queueCount(turns.length)}
      </button>
      {isOpen ? (
        <ol ref={list} className="max-h-44 overflow-x-hidden overflow-y-auto px-1 pb-1">
          {turns.map((turn, index) => (
            <QueueRow
              key={turn.id}
              turn={turn}
              agent={agent}
              place={index}
              count={turns.length}
              offset={drag.offset(index)}
              isDragged={drag.draggedIndex === index}
              grip={drag.grip(index)}
              onMove={(to) => move(index, to)}
              onDelete={() => remove(index)}
            />
          ))}
        </ol>
      ) : null}
    </section>
  );
}

/** In the order that was asked for; what came meanwhile stands behind. */
function inOrder<T extends { id: string }>(
  turns: readonly T[],
  order: readonly string[] | null,
): readonly T[] {
  if (order === null) return turns;
  const place = (turn: T): number => {
    const at = order.indexOf(turn.id);
    return at < 0 ? order.length : at;
  };
  return turns.toSorted((a, b) => place(a) - place(b));
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
