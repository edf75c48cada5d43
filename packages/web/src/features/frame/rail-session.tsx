import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { SessionRow } from '../../live/groups.ts';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Mark } from '../../ui/mark.tsx';
import { Ago, Elapsed } from '../../ui/time.tsx';
import { useAgentName } from '../board/reads.ts';
import { sessionTitle } from '../board/session-title.ts';

/** One session in the rail: its mark and title, and under them agent, age and changed lines. */
export const RailSession = memo(function RailSession({ row, onGo }: { row: SessionRow; onGo?: () => void }) {
  const { session, chat, mark, standing, updatedAt } = row;
  const agent = useAgentName(chat?.agent);
  const since = standing === 'running' ? chat?.runningSince : null;
  return (
    <Link
      to="/sessions/$sessionId"
      params={{ sessionId: session.id }}
      onClick={onGo}
      data-rail-row=""
      className="grid grid-cols-[12px_1fr] items-center gap-x-2 rounded-md py-1 pr-2 pl-2 text-ink-2 hover:bg-hover data-[status=active]:bg-active pointer-coarse:py-2"
    >
      <Mark mark={mark} />
      <span className={standing === 'idle' ? 'truncate' : 'truncate text-ink'}>{sessionTitle(row)}</span>
      <span className="col-start-2 flex items-center gap-1.5 text-small text-ink-3">
        <span className="truncate">{agent}</span>
        <span aria-hidden>·</span>
        <span className="shrink-0">
          {since === null || since === undefined ? <Ago at={updatedAt} /> : <Elapsed since={since} />}
        </span>
        {session.diff === null ? null : <DiffCount {...session.diff} />}
      </span>
    </Link>
  );
});
