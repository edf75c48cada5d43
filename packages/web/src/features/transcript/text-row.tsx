import * as words from '../../words/index.ts';
import { Beginning } from './beginning.tsx';
import { Markdown } from './markdown/markdown.tsx';
import { MessageActions } from './message-actions.tsx';
import type { Row } from './transcript-rows.ts';

/** The still block behind the last word while more is to come. */
const CARET =
  "[&>p:last-child]:after:ml-0.5 [&>p:last-child]:after:inline-block [&>p:last-child]:after:h-[1.05em] [&>p:last-child]:after:w-[0.5em] [&>p:last-child]:after:translate-y-[0.2em] [&>p:last-child]:after:rounded-[1px] [&>p:last-child]:after:bg-flame [&>p:last-child]:after:content-['']";

/** What the agent says. */
export function TextRow({ row }: { row: Extract<Row, { kind: 'text' }> }) {
  const { part, agent, isGrowing, isLast, messageId } = row;
  return (
    <article
      aria-label={words.transcript.answerBy(agent)}
      className="group/message relative text-read text-ink"
    >
      <Beginning head={part.head} />
      <div className={isGrowing ? CARET : undefined}>
        <Markdown text={part.text} isGrowing={isGrowing} />
      </div>
      {isGrowing || messageId === null ? null : (
        <MessageActions messageId={messageId} text={part.text} isQuiet={!isLast} />
      )}
    </article>
  );
}
