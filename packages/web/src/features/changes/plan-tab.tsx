import { Check, Circle, CircleDot } from 'lucide-react';
import { useChatPart } from '../../live/use-chat.ts';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/empty.tsx';
import * as words from '../../words/index.ts';
import { newestPlan } from './newest-plan.ts';

const ICONS = {
  pending: <Circle size={14} strokeWidth={1.75} className="text-ink-3" />,
  in_progress: <CircleDot size={14} strokeWidth={1.75} className="text-flame-ink" />,
  completed: <Check size={14} strokeWidth={2} className="text-good" />,
};

/** The newest plan of a chat, as a list that ticks. */
export function PlanTab({ chatId }: { chatId: string }) {
  const plan = useChatPart(chatId, ({ state }) => newestPlan(state.messages));
  if (plan === null || plan.entries.length === 0) return <Empty>{words.changes.planNone}</Empty>;
  const done = plan.entries.filter((entry) => entry.status === 'completed').length;
  return (
    <div className="h-full overflow-y-auto px-4 py-3">
      <p className="pb-2 text-small text-ink-3">{words.changes.planDone(done, plan.entries.length)}</p>
      <ol className="flex flex-col gap-0.5">
        {plan.entries.map((entry, at) => (
          <li key={at} className="flex gap-2 py-1">
            <span className="flex h-5 items-center" title={words.changes.planState[entry.status]}>
              {ICONS[entry.status]}
              <span className="sr-only">{words.changes.planState[entry.status]}: </span>
            </span>
            <span
              className={cx(
                'min-w-0 break-words',
                entry.status === 'completed' && 'text-ink-3',
                entry.status === 'in_progress' && 'font-medium',
              )}
            >
              {entry.content}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
