import type { Permission } from '@pilotlight/protocol';
import { Check, Minus, X } from 'lucide-react';
import { cx } from '../../ui/class-names.ts';
import { Ago } from '../../ui/time.tsx';
import { answeredBy, outcomeOf } from './outcome.ts';
import { visibleText } from './visible-text.ts';

const ICONS = {
  good: <Check size={16} strokeWidth={1.75} className="shrink-0 text-good" aria-hidden />,
  bad: <X size={16} strokeWidth={1.75} className="shrink-0 text-bad" aria-hidden />,
  none: <Minus size={16} strokeWidth={1.75} className="shrink-0 text-ink-3" aria-hidden />,
};

/** A question that is answered, or was released: what, by whom, when. */
export function QuestionLine({ permission }: { permission: Permission }) {
  const { title, answeredAt } = permission;
  const who = answeredBy(permission);
  const { tone, verdict, detail } = outcomeOf(permission);
  const what = visibleText(title.trim().split('\n', 1)[0] ?? '');
  return (
    <div className="flex min-h-7 items-center gap-2 text-ui text-ink-3">
      {ICONS[tone]}
      <span className="shrink-0 text-ink-2">{verdict}</span>
      <span title={title} className={cx('min-w-0 truncate', detail !== null && 'max-w-1/3 shrink-0')}>
        {what}
      </span>
      {detail === null ? null : (
        <span title={detail} className="min-w-0 truncate text-ink-2">
          {detail}
        </span>
      )}
      <span className="ml-auto flex max-w-1/2 min-w-0 shrink-0 text-small">
        {who === null ? null : (
          <span className="truncate" title={who}>
            {who}
          </span>
        )}
        {answeredAt === null ? null : (
          <span className="shrink-0">
            {who === null ? null : ', '}
            <Ago at={answeredAt} />
          </span>
        )}
      </span>
    </div>
  );
}
