import { Popover } from '@base-ui/react/popover';
import { newId, type Chat, type ReviewComment } from '@pilotlight/protocol';
import { MessageSquareText } from 'lucide-react';
import { useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { titleOf } from '../session/chat-tabs.tsx';
import { NoteCard } from './note-card.tsx';
import { useRefresh } from './reads.ts';

export interface NotesPanelProps {
  sessionId: string;
  /** the chat they go to unless another is chosen */
  chatId: string;
  /** drafts first */
  notes: readonly ReviewComment[];
  onGo(note: ReviewComment): void;
  /** where there is little room: the number alone */
  isShort?: boolean;
}

/** The gathered notes, and the one prompt that sends them. The same prompt is never sent twice: its id is made here, once. */
export function NotesPanel({ sessionId, chatId, notes, onGo, isShort }: NotesPanelProps) {
  const [isOpen, setIsOpen] = useState(false);
  const drafts = notes.filter(({ sentTurnId }) => sentTurnId === null);
  const sent = notes.filter(({ sentTurnId }) => sentTurnId !== null);
  const w = words.review;
  const go = (note: ReviewComment) => {
    setIsOpen(false);
    onGo(note);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setIsOpen}>
      <Popover.Trigger
        render={
          <Button
            look={drafts.length > 0 ? 'primary' : 'quiet'}
            className={isShort === true ? 'pointer-coarse:px-2.5' : ''}
            icon={<MessageSquareText size={14} strokeWidth={1.75} />}
          >
            {isShort === true ? (
              <>
                <span aria-hidden>{drafts.length}</span>
                <span className="sr-only">{w.notes(drafts.length)}</span>
              </>
            ) : drafts.length === 0 ? (
              w.notesButton
            ) : (
              w.notes(drafts.length)
            )}
          </Button>
        }
      />
      <Popover.Portal>
        <Popover.Positioner sideOffset={4} align="end" className="z-50">
          <Popover.Popup
            aria-label={w.gathered}
            className="flex max-h-[min(640px,80dvh)] w-[min(440px,calc(100vw-16px))] flex-col overflow-hidden rounded-lg border border-line bg-overlay shadow-pop outline-none"
          >
            <Popover.Title className="px-3 pt-2.5 pb-1 font-semibold">{w.gathered}</Popover.Title>
            <div className="min-h-0 flex-1 divide-y divide-line overflow-y-auto px-3">
              {notes.length === 0 ? <p className="py-2 text-ink-3">{w.noNotes}</p> : null}
              {drafts.map((note) => (
                <div key={note.id} className="py-2">
                  <NoteCard note={note} onGo={() => go(note)} />
                </div>
              ))}
              {sent.length === 0 ? null : (
                <details className="py-2">
                  <summary className="text-small text-ink-3 pointer-coarse:min-h-11">
                    {w.sentNotes(sent.length)}
                  </summary>
                  {sent.toReversed().map((note) => (
                    <div key={note.id} className="py-2">
                      <NoteCard note={note} onGo={() => go(note)} />
                    </div>
                  ))}
                </details>
              )}
            </div>
            {drafts.length === 0 ? null : (
              <SendNotes
                key={drafts.map(({ id }) => id).join()}
                sessionId={sessionId}
                chatId={chatId}
                drafts={drafts}
                onSent={() => setIsOpen(false)}
              />
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function SendNotes(props: {
  sessionId: string;
  chatId: string;
  drafts: readonly ReviewComment[];
  onSent(): void;
}) {
  const { sessionId, drafts, onSent } = props;
  const chats = useIndex((index) =>
    Object.values(index.chats)
      .filter((chat) => chat.sessionId === sessionId)
      .sort((a, b) => a.createdAt - b.createdAt),
  );
  const [turnId] = useState(() => newId('turn'));
  const [chosen, setChosen] = useState(props.chatId);
  const [text, setText] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const refresh = useRefresh(sessionId);
  const chat: Chat | undefined = chats.find(({ id }) => id === chosen) ?? chats[0];
  const w = words.review;
  const send = async () => {
    if (chat === undefined) return;
    setIsBusy(true);
    try {
      const commentIds = drafts.map(({ id }) => id);
      const said = text.trim();
      await server.review.sendComments(sessionId, {
        chatId: chat.id,
        turnId,
        commentIds,
        ...(said === '' ? {} : { text: said }),
      });
      toast(w.sentTo(w.notes(drafts.length), titleOf(chat)));
      onSent();
    } catch (error) {
      showError(error);
    } finally {
      setIsBusy(false);
      await refresh();
    }
  };
  return (
    <form
      className="flex flex-col gap-2 border-t border-line px-3 py-2.5"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        aria-label={w.sayBefore}
        placeholder={w.sayBefore}
        rows={2}
        value={text}
        onChange={({ target }) => setText(target.value)}
        className="w-full resize-y rounded-md border border-line-strong bg-base px-2.5 py-1.5 text-ui outline-none focus-visible:border-flame"
      />
      <div className="flex items-center gap-2">
        {chats.length > 1 ? (
          <select
            aria-label={w.sendWhere}
            value={chat?.id}
            onChange={({ target }) => setChosen(target.value)}
            className="h-7 min-w-0 flex-1 rounded-md border border-line-strong bg-base px-1.5 text-ui pointer-coarse:h-11"
          >
            {chats.map((each) => (
              <option key={each.id} value={each.id}>
                {titleOf(each)}
              </option>
            ))}
          </select>
        ) : (
          <span className="flex-1" />
        )}
        <Button
          type="submit"
          look="primary"
          disabled={isBusy || chat === undefined}
          className="max-w-72 min-w-0 shrink"
        >
          <span className="truncate">{chat === undefined ? w.send : w.sendTo(titleOf(chat))}</span>
        </Button>
      </div>
    </form>
  );
}
