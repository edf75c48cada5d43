import type { AnswerPermission, Permission } from '@pilotlight/protocol';
import { useId, useRef, useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { Elapsed, useTimeText } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { useAgents } from '../composer/use-agents.ts';
import { answerQuestion } from './answer-question.ts';
import { OneChoice } from './one-choice.tsx';
import { isOneChoice } from './answers.ts';
import { folderOf } from '../composer/folder.ts';
import { PermissionOptions } from './permission-options.tsx';
import { QuestionForm } from './question-form.tsx';
import { useQuestionFocus } from './question-focus.ts';
import { SubjectView } from './subject-view.tsx';
import { visibleText } from './visible-text.ts';

/** What the parts of an open question share. */
export interface AnswerProps {
  permission: Permission;
  agentName: string;
  /** an answer is on its way */
  isSending: boolean;
  send(answer: AnswerPermission): void;
  /** the card, for the keys that answer */
  root: React.RefObject<HTMLElement | null>;
  takesAllKeys: boolean;
}

/** A question that waits for its answer. */
export function OpenQuestion({ permission, inInbox }: { permission: Permission; inInbox: boolean }) {
  const { id, agent, kind, title, toolCall, subject, fields, url, createdAt, deadlineAt } = permission;
  const root = useRef<HTMLDivElement>(null);
  const heading = useId();
  const [isSending, setSending] = useState(false);
  const agentName = useAgents().find((each) => each.id === agent)?.name ?? agent;
  const where = useWhere(permission.chatId);
  useQuestionFocus(root, permission, !inInbox);

  const send = (answer: AnswerPermission): void => {
    if (isSending) return;
    setSending(true);
    // Once answered, the frame that says so takes this card away.
    void answerQuestion(permission, answer).then((isDone) => isDone || setSending(false));
  };
  const parts: AnswerProps = { permission, agentName, isSending, send, root, takesAllKeys: inInbox };
  const isForm = kind === 'question';
  return (
    <div
      ref={root}
      role="group"
      tabIndex={-1}
      aria-labelledby={heading}
      data-question={inInbox ? undefined : id}
      className="@container overflow-hidden rounded-lg border border-flame bg-raised"
    >
      <header className="flex min-h-9 items-center gap-2 bg-flame px-3 py-1.5 text-on-flame">
        <svg viewBox="0 0 12 12" className="size-3 shrink-0" aria-hidden>
          <path d="M6 0.8 11.2 6 6 11.2 0.8 6Z" fill="currentColor" />
        </svg>
        <h2 id={heading} className="shrink-0 font-semibold">
          {isForm
            ? words.questions.question(agentName)
            : words.questions.asks(agentName, toolCall?.kind ?? 'other')}
        </h2>
        <span className="ml-auto min-w-0 truncate text-small" title={where}>
          {where}
        </span>
        <span className="shrink-0 text-small">
          <Elapsed since={createdAt} />
        </span>
      </header>
      <div className="flex flex-col gap-3 p-3">
        {isForm ? (
          title === '' || fields.some(({ question }) => question === title) ? null : (
            <p className="text-read whitespace-pre-wrap">{visibleText(title)}</p>
          )
        ) : (
          <SubjectView
            title={title}
            toolCall={toolCall}
            paths={subject?.kind === 'execute' ? subject.paths : []}
            place={folderOf(permission.chatId)}
          />
        )}
        {url === null ? null : <PageLink url={url} />}
        {isForm ? (
          isOneChoice(permission) ? (
            <OneChoice {...parts} />
          ) : (
            <QuestionForm {...parts} />
          )
        ) : (
          <PermissionOptions {...parts} />
        )}
        {deadlineAt === null ? null : <Deadline at={deadlineAt} />}
      </div>
    </div>
  );
}

/** The whole address, so that nobody opens another than they think. */
function PageLink({ url }: { url: string }) {
  return (
    <p className="flex flex-col items-start gap-1">
      <a
        href={url}
        target="_blank"
        rel="noopener noreferrer"
        className="font-mono text-code break-all text-flame-ink underline underline-offset-2"
      >
        {visibleText(url)}
      </a>
      <span className="text-small text-ink-3">{words.questions.pageHint}</span>
    </p>
  );
}

function Deadline({ at }: { at: number }) {
  const left = useTimeText((now) => words.time.duration(Math.max(0, at - now)));
  return (
    <p data-live="" className="text-small text-ink-2">
      {words.questions.deadline(left)}
    </p>
  );
}

/** `shop › Checkout bug › Tests`: where the agent that asks is at work. */
function useWhere(chatId: string): string {
  return useIndex(({ projects, sessions, chats }) => {
    const chat = chats[chatId];
    const session = sessions[chat?.sessionId ?? ''];
    if (chat === undefined || session === undefined) return '';
    return words.questions.where(
      projects[session.projectId]?.name ?? '',
      session.title || words.questions.untitledSession,
      chat.title || words.questions.untitledChat,
    );
  });
}
