import type { ContentBlock, Message, Part, Turn } from '@pilotlight/protocol';
import type { ReactNode } from 'react';
import { Ago } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { Attachment } from './content-block.tsx';
import { Beginning } from './beginning.tsx';
import { useOpen } from './open-rows.ts';
import { MessageActions } from './message-actions.tsx';

/** Longer prompts show their beginning until they are opened. In characters and lines. */
const LONG = { length: 2_400, lines: 24 };

/** A prompt the chat has. */
export function PromptRow({ message, turn }: { message: Message; turn: Turn | null }) {
  const text = promptText(message.parts);
  return (
    <Prompt
      rowKey={message.id}
      agent={message.agent}
      at={message.createdAt}
      text={text}
      blocks={message.parts.flatMap((part) => (part.type === 'content' ? [part.content] : []))}
      head={message.parts.map((part, at) =>
        part.type === 'text' && part.head !== undefined ? <Beginning key={at} head={part.head} /> : null,
      )}
      actions={<MessageActions messageId={message.id} text={text} />}
      {...(turn?.continues ? { status: <ByItself at={message.createdAt} /> } : {})}
    />
  );
}

/** Nobody typed it. */
function ByItself({ at }: { at: number }) {
  return (
    <>
      <span aria-hidden>·</span>
      <Ago at={at} />
      <span aria-hidden>·</span>
      <span>{words.transcript.wentOnByItself}</span>
    </>
  );
}

export function promptText(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

export interface PromptProps {
  rowKey: string;
  agent: string | null;
  at: number;
  text: string;
  /** images and files beside the text */
  blocks: readonly ContentBlock[];
  head?: ReactNode;
  actions?: ReactNode;
  /** under the text: on its way, or why not */
  status?: ReactNode;
}

/** What the user said: a quiet block, as it was typed. */
export function Prompt({ rowKey, agent, at, text, blocks, head, actions, status }: PromptProps) {
  const [isOpen, toggle] = useOpen(rowKey);
  const isLong = text.length > LONG.length || text.split('\n', LONG.lines + 1).length > LONG.lines;
  const shown = isLong && !isOpen ? beginningOf(text) : text;
  return (
    <article
      aria-label={agent === null ? words.transcript.you : words.transcript.promptBy(agent)}
      className="group/message relative rounded-lg border border-line bg-sunken px-3.5 py-2.5"
    >
      {head}
      {shown === '' ? null : <p className="text-read break-words whitespace-pre-wrap">{shown}</p>}
      {isLong ? (
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={toggle}
          className="mt-1 text-small text-ink-2 underline underline-offset-2 pointer-coarse:min-h-11"
        >
          {isOpen ? words.transcript.showLess : words.transcript.allLines(text.split('\n').length)}
        </button>
      ) : null}
      {blocks.length === 0 ? null : (
        <div className="mt-2 flex flex-wrap gap-2">
          {blocks.map((block, n) => (
            <Attachment key={n} block={block} />
          ))}
        </div>
      )}
      <footer className="mt-1 flex items-center gap-1.5 text-micro text-ink-3">
        {agent === null ? null : <span>{words.transcript.to(agent)}</span>}
        {agent === null || status !== undefined ? null : <span aria-hidden>·</span>}
        {status ?? <Ago at={at} />}
      </footer>
      {actions}
    </article>
  );
}

function beginningOf(text: string): string {
  return `${text.split('\n', LONG.lines).join('\n').slice(0, LONG.length).toWellFormed()}…`;
}
