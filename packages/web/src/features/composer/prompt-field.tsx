import type { AgentCommand } from '@pilotlight/protocol';
import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type RefObject,
} from 'react';
import { useViewport } from '../../app/viewport.ts';
import { chatStore } from '../../live/chat-store.ts';
import { announce } from '../../ui/announce.ts';
import * as words from '../../words/index.ts';
import { addFiles, pastedFiles } from './add-files.ts';
import { runningTurn } from './chat-facts.ts';
import { changeDraft, draftOf, useDraft } from './drafts.ts';
import { pressEscape } from './stopping.ts';
import { SuggestionList } from './suggestion-list.tsx';
import { useSuggestions, type Suggestion } from './suggestions.ts';
import { completed, triggerAt, type Trigger } from './trigger.ts';
import { useHistory } from './use-history.ts';

export interface PromptFieldProps {
  chatId: string;
  sessionId: string;
  /** as the agent is called */
  agentName: string;
  commands: readonly AgentCommand[];
  isBusy: boolean;
  field: RefObject<HTMLTextAreaElement | null>;
  onSend(): void;
}

const GROWS_BY_ITSELF = CSS.supports('field-sizing', 'content');

/** Where the prompt is written. It renders when the draft changes, and not for anything an agent streams. */
export function PromptField(props: PromptFieldProps) {
  const { chatId, sessionId, agentName, commands, isBusy, field, onSend } = props;
  const text = useDraft(chatId, (draft) => draft.text);
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [active, setActive] = useState(0);
  const suggestions = useSuggestions(trigger, sessionId, agentName, commands);
  const history = useHistory(chatId);
  const caret = useRef<number | null>(null);
  const isPhone = useViewport() === 'phone';
  const id = useId();
  const { items } = suggestions;
  const at = Math.min(active, items.length - 1);

  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    if (!GROWS_BY_ITSELF) {
      element.style.height = 'auto';
      element.style.height = `${element.scrollHeight}px`;
    }
    if (caret.current === null) return;
    element.setSelectionRange(caret.current, caret.current);
    element.scrollTop = element.scrollHeight;
    caret.current = null;
  }, [text, field]);

  const found = trigger === null ? null : items.length;
  useEffect(() => {
    if (found === null) return;
    const timer = setTimeout(() => announce(words.composer.matches(found)), 500);
    return () => clearTimeout(timer);
  }, [found]);

  const write = (next: string, position: number): void => {
    caret.current = position;
    changeDraft(chatId, { text: next });
  };

  const pick = (item: Suggestion): void => {
    if (trigger === null) return;
    const done = completed(text, trigger, item.insert);
    const { files } = draftOf(chatId);
    if (trigger.kind === 'file' && !files.includes(item.id))
      changeDraft(chatId, { files: [...files, item.id] });
    write(done.text, done.caret);
    setTrigger(null);
    field.current?.focus();
  };

  /** Whether the key was for the list. */
  const inList = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (trigger === null) return false;
    if (event.key === 'Escape') {
      setTrigger(null);
      return true;
    }
    const item = items[at];
    if (item === undefined) return false;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      setActive((at + step + items.length) % items.length);
      return true;
    }
    const isWhole = event.key === 'Enter' && item.insert === text && item.hint === undefined;
    if (isWhole || (event.key !== 'Tab' && event.key !== 'Enter') || event.shiftKey) return false;
    pick(item);
    return true;
  };

  /** Whether the key went through the history. */
  const inHistory = (event: KeyboardEvent<HTMLTextAreaElement>): boolean => {
    if (event.altKey || event.shiftKey || event.metaKey || event.ctrlKey) return false;
    const { selectionStart } = event.currentTarget;
    const isOlder = event.key === 'ArrowUp' && !text.slice(0, selectionStart).includes('\n');
    const isNewer = event.key === 'ArrowDown' && !text.slice(selectionStart).includes('\n');
    if (!(isOlder || isNewer) || (text !== '' && !history.isOpen())) return false;
    const next = history.step(isOlder ? 'older' : 'newer');
    if (next === null) return history.isOpen();
    write(next, next.length);
    return true;
  };

  const onEscape = (event: KeyboardEvent): boolean => {
    const turn = event.key === 'Escape' && text === '' ? runningTurn(chatStore(chatId).view.value) : null;
    if (turn === null) return false;
    pressEscape(chatId, turn.id);
    return true;
  };

  const isSend = (event: KeyboardEvent): boolean => event.key === 'Enter' && !event.shiftKey && !event.altKey;

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (inList(event) || inHistory(event) || onEscape(event)) event.preventDefault();
    else if (isSend(event)) {
      event.preventDefault();
      setTrigger(null);
      history.leave();
      onSend();
    }
  };

  const onPaste = (event: ClipboardEvent<HTMLTextAreaElement>): void => {
    const files = pastedFiles(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    void addFiles(chatId, files);
  };

  const hint = trigger === null ? hintFor(text, commands) : null;
  const open = trigger !== null;
  return (
    <div className="relative">
      {trigger === null ? null : (
        <SuggestionList
          id={id}
          label={trigger.kind === 'file' ? words.composer.files : words.composer.commands}
          {...suggestions}
          active={at}
          onActive={setActive}
          onPick={pick}
        />
      )}
      <textarea
        ref={field}
        rows={1}
        value={text}
        aria-label={words.composer.label(agentName)}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={open ? id : undefined}
        aria-activedescendant={open && at >= 0 ? `${id}-${at}` : undefined}
        placeholder={
          isBusy
            ? words.composer.placeholderBusy(agentName)
            : isPhone
              ? words.composer.placeholderShort(agentName)
              : words.composer.placeholder(agentName)
        }
        enterKeyHint="send"
        autoComplete="off"
        spellCheck
        onChange={(event) => {
          const { value, selectionStart } = event.target;
          history.leave();
          changeDraft(chatId, { text: value });
          setTrigger(triggerAt(value, selectionStart));
          setActive(0);
        }}
        onSelect={(event) => {
          if (open) setTrigger(triggerAt(event.currentTarget.value, event.currentTarget.selectionStart));
        }}
        onBlur={() => setTrigger(null)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className="block field-sizing-content max-h-[40dvh] min-h-11 w-full resize-none overflow-y-auto bg-transparent px-3 pt-2.5 pb-1.5 text-read text-ink outline-none placeholder:overflow-hidden placeholder:text-ellipsis placeholder:whitespace-nowrap pointer-coarse:text-title"
      />
      {hint === null ? null : <p className="truncate px-3 pb-1 font-mono text-small text-ink-3">{hint}</p>}
    </div>
  );
}

/** What to type behind a command that stands alone. */
function hintFor(text: string, commands: readonly AgentCommand[]): string | null {
  const name = /^\/(\S+)\s*$/.exec(text)?.[1];
  if (name === undefined) return null;
  const hint = commands.find((command) => command.name === name)?.input?.hint;
  return hint === undefined ? null : `/${name} ${hint}`;
}
