import * as words from '../../words/index.ts';
import { shownPath } from './shown-path.ts';
import { visibleText } from './visible-text.ts';

/** A path in the worktree, or one that leads out of it and says so. */
export function PathText({
  path,
  line,
  folder,
}: {
  path: string;
  line?: number | undefined;
  folder: string | null;
}) {
  const { text, isOutside } = shownPath(path, folder);
  return (
    <>
      <span className="font-mono break-all" title={path}>
        {visibleText(text)}
        {line === undefined ? null : `:${line}`}
      </span>
      {isOutside ? <span className="font-medium text-bad"> {words.questions.outside}</span> : null}
    </>
  );
}
