import type { PermissionOption } from '@pilotlight/protocol';
import { useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Keys } from '../../ui/keys.tsx';
import * as words from '../../words/index.ts';
import { AlwaysNote, type Remember } from './always-note.tsx';
import { inOrder, isAlways, isRefusal } from './answers.ts';
import type { AnswerProps } from './open-question.tsx';
import { useQuestionKeys } from './question-keys.ts';
import { visibleText } from './visible-text.ts';

/** The agent's own options with their keys, and what an "always" among them would mean. */
export function PermissionOptions({
  permission,
  agentName,
  isSending,
  send,
  root,
  takesAllKeys,
}: AnswerProps) {
  const [message, setMessage] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const options = inOrder(permission.options);
  const [remember, setRemember] = useState<Remember>('session');
  const firstAllow = options.find((option) => !isRefusal(option));

  const choose = (option: PermissionOption): void => {
    const said = message?.trim() ?? '';
    send({
      optionId: option.optionId,
      ...(isRefusal(option) && said !== '' ? { message: said } : {}),
      ...(isAlways(option) ? { remember } : {}),
    });
  };
  useQuestionKeys(
    root,
    (index) => {
      const option = options[index];
      if (option === undefined) return false;
      choose(option);
      return true;
    },
    takesAllKeys,
  );

  return (
    <>
      <div role="group" aria-label={words.questions.options} className="flex flex-wrap items-center gap-2">
        {options.map((option, index) => (
          <Button
            key={option.optionId}
            look={option === firstAllow ? 'primary' : 'plain'}
            disabled={isSending}
            aria-keyshortcuts={index < 9 ? String(index + 1) : undefined}
            onClick={() => choose(option)}
            className="h-auto! min-h-8 max-w-full py-1 whitespace-normal! @max-[420px]:w-full @max-[420px]:justify-start pointer-coarse:min-h-11"
          >
            {index < 9 ? (
              <span
                className={cx(
                  'pointer-coarse:hidden',
                  option === firstAllow &&
                    '[&_kbd]:border-current [&_kbd]:bg-transparent [&_kbd]:text-current',
                )}
              >
                <Keys keys={String(index + 1)} />
              </span>
            ) : null}
            <span className="text-left break-words">{visibleText(option.name)}</span>
          </Button>
        ))}
        {message === null && options.some(isRefusal) ? (
          <Button
            look="quiet"
            onClick={() => {
              setMessage('');
              requestAnimationFrame(() => field.current?.focus());
            }}
          >
            {words.questions.addMessage}
          </Button>
        ) : null}
      </div>
      {message === null ? null : (
        <textarea
          ref={field}
          rows={2}
          value={message}
          maxLength={10_000}
          aria-label={words.questions.message}
          placeholder={words.questions.messageHint}
          onChange={(event) => setMessage(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            event.stopPropagation();
            setMessage(null);
            root.current?.focus();
          }}
          className="field-sizing-content max-h-40 resize-none rounded-md border border-line-strong bg-base px-2 py-1.5 outline-none focus:border-ink-3 pointer-coarse:text-title"
        />
      )}
      <AlwaysNote
        permission={permission}
        agentName={agentName}
        remember={remember}
        onRemember={setRemember}
      />
    </>
  );
}
