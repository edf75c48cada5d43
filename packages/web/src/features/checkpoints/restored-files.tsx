import type { Restored } from '@pilotlight/protocol';
import * as words from '../../words/index.ts';

const SHOWN = 50;
const text = words.checkpoints;

/** Which files a change puts back, and which it leaves. */
export function RestoredFiles({ plan: { files, notRestored } }: { plan: Restored }) {
  return (
    <>
      <PathList
        title={text.willChange(files.length)}
        lines={files.map(({ path, change }) => ({ path, said: text.changes[change] }))}
      />
      <PathList
        title={text.willStay(notRestored.length)}
        lines={notRestored.map(({ path, why }) => ({ path, said: text.why[why] }))}
      />
    </>
  );
}

function PathList({ title, lines }: { title: string; lines: readonly { path: string; said: string }[] }) {
  if (lines.length === 0) return null;
  return (
    <div className="min-w-0">
      <h3 className="pb-1 text-small text-ink-3">{title}</h3>
      <ul
        tabIndex={0}
        aria-label={title}
        className="max-h-44 overflow-y-auto rounded-md border border-line bg-sunken py-1"
      >
        {lines.slice(0, SHOWN).map(({ path, said }) => (
          <li key={path} className="flex items-baseline gap-3 px-2.5 py-0.5">
            <span className="min-w-0 flex-1 font-mono text-code break-all text-ink">{path}</span>
            <span className="shrink-0 text-small text-ink-3">{said}</span>
          </li>
        ))}
        {lines.length > SHOWN ? (
          <li className="px-2.5 py-0.5 text-small text-ink-3">{words.review.more(lines.length - SHOWN)}</li>
        ) : null}
      </ul>
    </div>
  );
}
