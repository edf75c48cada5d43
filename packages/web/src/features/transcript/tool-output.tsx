import type { BlobRef } from '@pilotlight/protocol';
import { OutputText } from '../../ui/code/output-text.tsx';
import { CopyButton } from '../../ui/code/copy-button.tsx';
import { stripAnsi } from '../../ui/code/ansi.ts';
import * as words from '../../words/index.ts';
import { useOpen } from './open-rows.ts';
import { useBlobText } from './use-blobs.ts';

/** Lines shown until somebody wants all. */
const TAIL = 12;

export interface ToolOutputProps {
  text: string;
  /** the beginning of an output that was too long to keep in the chat */
  head: readonly BlobRef[] | undefined;
  outputKey: string;
}

/** Output of a tool: its last lines, as they come; all of it on demand. */
export function ToolOutput({ text, head = [], outputKey }: ToolOutputProps) {
  const [isOpen, toggle] = useOpen(outputKey);
  const beginning = useBlobText(head);
  const tail = text.trimEnd();
  const whole = isOpen && beginning.text !== null ? `${beginning.text}${tail}` : tail;
  const start = startOfTail(tail);
  const isLong = start > 0 || head.length > 0;
  const open = () => {
    if (head.length > 0 && beginning.text === null) beginning.load();
    toggle();
  };
  if (tail === '' && head.length === 0)
    return <p className="text-small text-ink-3">{words.transcript.noOutput}</p>;
  return (
    <div className="group/code relative overflow-hidden rounded-lg border border-line bg-sunken">
      {isLong ? (
        <button
          type="button"
          aria-expanded={isOpen}
          disabled={beginning.isLoading}
          onClick={open}
          className="h-7 w-full border-b border-line px-3 pr-10 text-left text-small text-ink-2 hover:bg-hover pointer-coarse:h-11"
        >
          {isOpen ? words.transcript.tailOnly : moreWords(tail, head)}
        </button>
      ) : null}
      <div className="absolute top-0 right-0.5 opacity-0 group-focus-within/code:opacity-100 group-hover/code:opacity-100 pointer-coarse:opacity-100">
        <CopyButton text={stripAnsi(whole)} />
      </div>
      {/* A region that scrolls must be reachable by keyboard. */}
      <div
        role="group"
        aria-label={words.transcript.output}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={`overflow-auto px-3 py-2 font-mono text-code text-ink-2 ${isOpen ? 'max-h-[60vh]' : ''}`}
      >
        <OutputText text={isOpen ? whole : tail.slice(start)} />
      </div>
    </div>
  );
}

function moreWords(tail: string, head: readonly BlobRef[]): string {
  if (head.length === 0) return words.transcript.allLines(tail.split('\n').length);
  const bytes = head.reduce((sum, { size }) => sum + size, tail.length);
  return words.transcript.wholeOutput(words.transcript.bytes(bytes));
}

/** Where the last lines begin; 0 when there are no more than those. */
function startOfTail(text: string): number {
  let at = text.length;
  for (let line = 0; line < TAIL; line += 1) {
    at = text.lastIndexOf('\n', at - 1);
    if (at <= 0) return 0;
  }
  return at + 1;
}
