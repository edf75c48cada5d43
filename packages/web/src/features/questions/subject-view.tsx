import type { AcpToolSnapshot, SubjectPath } from '@pilotlight/protocol';
import { ChangePreview } from './change-preview.tsx';
import * as words from '../../words/index.ts';
import { PathText } from './path-text.tsx';
import { subjectOf } from './subject.ts';
import { visibleText } from './visible-text.ts';

export interface SubjectViewProps {
  title: string;
  toolCall: AcpToolSnapshot | null;
  /** what the words of a command name */
  paths: readonly SubjectPath[];
  /** where the agent works */
  place: string | null;
}

/** The exact command, change or input that a permission is about. */
export function SubjectView({ title, toolCall, paths, place }: SubjectViewProps) {
  const subject = toolCall === null ? null : subjectOf(toolCall);
  if (subject === null) return <p className="text-read">{visibleText(title)}</p>;
  const { command, folder, diffs, texts, locations, input } = subject;
  const isBare = command === null && diffs.length === 0 && texts.length === 0 && input.length === 0;
  return (
    <div className="flex flex-col gap-2">
      {title === command ? null : <p className="text-read break-words">{visibleText(title)}</p>}
      {command === null ? null : (
        <pre
          aria-label={words.questions.command}
          tabIndex={0}
          className="max-h-64 overflow-auto rounded-md border border-line bg-sunken px-3 py-2 font-mono text-code break-words whitespace-pre-wrap"
        >
          {visibleText(command)}
        </pre>
      )}
      {folder === null || folder === place ? null : (
        <p className="text-small text-ink-3">
          {words.questions.inFolder} <PathText path={folder} folder={place} />
        </p>
      )}
      {diffs.map((diff) => (
        <ChangePreview key={diff.path} diff={diff} place={place} />
      ))}
      {texts.map((text, at) => (
        <p key={at} className="max-h-48 overflow-y-auto break-words whitespace-pre-wrap text-ink-2">
          {visibleText(text)}
        </p>
      ))}
      {input.length === 0 ? null : <Input input={input} />}
      {locations.length === 0 ? null : (
        <p className="text-small break-words text-ink-3">
          {words.questions.locations}{' '}
          {locations.map(({ path, line }, at) => (
            <span key={at} className="mr-3">
              <PathText path={path} line={line} folder={place} />
            </span>
          ))}
        </p>
      )}
      <TouchedPaths paths={paths} />
      {isBare && locations.length === 0 ? (
        <p className="text-small text-ink-3">{words.questions.notShown}</p>
      ) : null}
    </div>
  );
}

/** A symlink is shown with where it leads. */
function TouchedPaths({ paths }: { paths: readonly SubjectPath[] }) {
  const named = paths.filter(({ path }) => path !== '.');
  if (named.length === 0) return null;
  return (
    <p className="text-small break-words text-ink-3">
      {words.questions.locations}{' '}
      {named.map(({ path, real }) => (
        <span key={`${path} ${real}`} className="mr-3">
          <span className="font-mono break-all">
            {visibleText(path)}
            {real === path ? null : ` → ${visibleText(real)}`}
          </span>
          {real.startsWith('/') || path.startsWith('/') ? (
            <span className="font-medium text-bad"> {words.questions.outside}</span>
          ) : null}
        </span>
      ))}
    </p>
  );
}

function Input({ input }: { input: readonly (readonly [string, string])[] }) {
  return (
    <dl
      aria-label={words.questions.input}
      tabIndex={0}
      className="grid max-h-64 grid-cols-[auto_1fr] gap-x-3 gap-y-1 overflow-y-auto rounded-md border border-line bg-sunken px-3 py-2 font-mono text-code"
    >
      {input.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{visibleText(name)}</dt>
          <dd className="min-w-0 break-words whitespace-pre-wrap">{visibleText(value)}</dd>
        </div>
      ))}
    </dl>
  );
}
