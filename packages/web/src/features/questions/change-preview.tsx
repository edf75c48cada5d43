import { useQuery } from '@tanstack/react-query';
import { server } from '../../live/server.ts';
import { countChanges } from '../../ui/code/count-changes.ts';
import { DiffView } from '../../ui/code/diff-view.tsx';
import { DiffCount } from '../../ui/diff-count.tsx';
import * as words from '../../words/index.ts';
import { PathText } from './path-text.tsx';
import type { DiffContent } from './subject.ts';
import { visibleText } from './visible-text.ts';

interface Texts {
  oldText: string | null;
  newText: string;
}

/** A change that an agent asks to make. Texts that are kept out of line are fetched. */
export function ChangePreview({ diff, place }: { diff: DiffContent; place: string | null }) {
  const { path, blob } = diff;
  const fetched = useQuery({
    queryKey: ['diff-texts', blob?.blob],
    queryFn: () => readTexts(blob?.blob ?? ''),
    enabled: blob !== undefined,
    staleTime: Infinity,
  });
  const texts = blob === undefined ? asShown(diff) : fetched.data;
  const count = texts === undefined ? null : countChanges(texts.oldText ?? '', texts.newText);
  return (
    <figure className="overflow-hidden rounded-md border border-line">
      <figcaption className="flex items-center gap-2 border-b border-line bg-sunken px-3 py-1.5 text-small">
        <span className="min-w-0 text-ink">
          <PathText path={path} folder={place} />
        </span>
        {texts?.oldText === null ? <span className="text-ink-3">{words.questions.newFile}</span> : null}
        <span className="ml-auto">{count === null ? null : <DiffCount {...count} />}</span>
      </figcaption>
      {fetched.error === null ? null : (
        <p className="px-3 py-2 text-bad">{words.questions.readFailed(fetched.error.message)}</p>
      )}
      <div tabIndex={0} role="group" aria-label={path} className="max-h-80 min-h-9 overflow-auto bg-base">
        {texts === undefined ? null : <DiffView path={path} {...texts} />}
      </div>
    </figure>
  );
}

async function readTexts(blobId: string): Promise<Texts> {
  return asShown(JSON.parse(new TextDecoder().decode(await server.getBlob(blobId))) as Texts);
}

function asShown({ oldText, newText }: Texts): Texts {
  return { oldText: oldText === null ? null : visibleText(oldText), newText: visibleText(newText) };
}
