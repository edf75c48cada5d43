import { memo } from 'react';
import { CodeLine } from './code-lines.tsx';
import { CopyButton } from './copy-button.tsx';
import { languageOf } from './language.ts';
import { useTokens } from './use-tokens.ts';

export interface CodeBlockProps {
  code: string;
  /** as written behind the fence, or a file's path */
  language: string;
  /** it still grows: then it is coloured only while it is short */
  isGrowing?: boolean;
}

/** Above so many characters a growing block waits for its end before it is coloured. */
const GROWING_LIMIT = 2_000;

/** A block of code: label, copy, colours when they are there. Its height never depends on the colours. */
export const CodeBlock = memo(function CodeBlock({ code, language, isGrowing = false }: CodeBlockProps) {
  const grammar = isGrowing && code.length > GROWING_LIMIT ? null : languageOf(language);
  const tokens = useTokens(code, grammar);
  return (
    <figure className="group/code relative my-3 overflow-hidden rounded-lg border border-line bg-sunken">
      <figcaption className="flex h-8 items-center justify-between border-b border-line pr-0.5 pl-3 text-small text-ink-3 pointer-coarse:h-11">
        <span className="truncate">{language}</span>
        <CopyButton text={code} />
      </figcaption>
      {/* A region that scrolls sideways must be reachable by keyboard. */}
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="overflow-x-auto px-3 py-2.5 font-mono text-code"
      >
        <code>
          {tokens === null
            ? code
            : tokens.map((line, at) => (
                <span key={at}>
                  <CodeLine tokens={line} />
                  {at < tokens.length - 1 ? '\n' : null}
                </span>
              ))}
        </code>
      </pre>
    </figure>
  );
});
