import { Unplug } from 'lucide-react';
import { useConnection } from '../../live/connection.ts';
import { useTimeText } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';

/**
 * Says that the connection is lost, once it has lasted. Lies over the page, so that nothing moves when it comes
 * and goes, and lets clicks through.
 */
export function ConnectionBanner() {
  const since = useConnection((state) => (state.connection === 'lost' ? state.since : null));
  return (
    <div className="pointer-events-none fixed inset-x-0 top-0 z-30 flex justify-center pt-[max(8px,env(safe-area-inset-top))]">
      <span role="status" className="sr-only">
        {since === null ? '' : words.frame.connectionLost}
      </span>
      {since === null ? null : (
        <div
          aria-hidden
          className="flex h-8 items-center gap-2 rounded-full border border-line-strong bg-overlay px-3 shadow-pop"
        >
          <Unplug size={14} strokeWidth={1.75} className="text-bad" />
          {words.frame.connectionLost}
          <LostFor since={since} />
        </div>
      )}
    </div>
  );
}

function LostFor({ since }: { since: number }) {
  const text = useTimeText((now) => words.time.duration(now - since));
  return <span className="min-w-8 text-right text-ink-3">{text}</span>;
}
