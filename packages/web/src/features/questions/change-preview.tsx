import { useQuery } from '@tanstack/react-query';
import { server } from '../../live/server.ts';
import { cx } from '../../ui/class-names.ts';
import { DiffCount } from '../../ui/diff-count.tsx';
import { words } from '../../words/index.ts';
import { PathText } from './path-text.tsx';
import { compactDiff, type DiffLine } from './hunks.ts';
import type { DiffContent } from './subject.ts';
import { visibleText } from './visible-text.ts';

/** A change that an agent asks to make: its lines, as compact as they can be read. Texts out of line are fetched. */
export default function ChangePreview({ diff, place }: { diff: DiffContent; place: string | null }) {
  const { path, oldText, newText, blob } = diff;
  const texts = useQuery({
    queryKey: ['blob', blob?.blob],
    queryFn: async () =>
      JSON.parse(new TextDecoder().decode(await server.getBlob(blob?.blob ?? ''))) as {
        oldText: string | null;
        newText: string;
      },
    enabled: blob !== undefined,
    staleTime: Infinity,
  });
  const shown = blob === undefined ? { oldText, newText } : texts.data;
  const changes = shown === undefined ? null : compactDiff(shown.oldText, shown.newText);
  return (
    <figure className="overflow-hidden rounded-md border border-line">
      <figcaption className="flex items-center gap-2 border-b border-line bg-sunken px-3 py-1.5 text-small">
        <span className="min-w-0 text-ink">
          <PathText path={path} folder={place} />
        </span>
        {shown?.oldText === null ? <span className="text-ink-3">{words.questions.newFile}</span> : null}
        <span className="ml-auto">{changes === null ? null : <DiffCount {...changes} />}</span>
      </figcaption>
      {texts.error === null ? null : (
        <p className="px-3 py-2 text-bad">{words.questions.readFailed(texts.error.message)}</p>
      )}
      <div tabIndex={0} role="group" aria-label={path} className="max-h-80 overflow-auto bg-base py-1">
        <div className="min-w-max font-mono text-code">
          {changes?.lines.map((line, at) => (
            <Line key={at} line={line} />
          ))}
        </div>
      </div>
    </figure>
  );
}

const LOOKS: Record<DiffLine['kind'], string> = {
  context: 'text-ink-2',
  added: 'bg-added text-ink',
  removed: 'bg-removed text-ink',
  gap: 'text-ink-3',
};
const SIGNS: Record<DiffLine['kind'], string> = { context: ' ', added: '+', removed: '−', gap: '⋯' };

function Line({ line: { kind, text, before, after } }: { line: DiffLine }) {
  return (
    <div className={cx('flex whitespace-pre', LOOKS[kind])}>
      <span aria-hidden className="w-10 shrink-0 pr-2 text-right text-ink-3 select-none">
        {after ?? before}
      </span>
      <span className="w-4 shrink-0 select-none">{SIGNS[kind]}</span>
      <span className="pr-3">{visibleText(text)}</span>
    </div>
  );
}
