import type { Chat, Session } from '@pilotlight/protocol';
import { Link, Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useViewport } from '../../app/viewport.ts';
import type { SessionRow } from '../../live/groups.ts';
import { useIndex, useIsIndexLoaded } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { useWatch } from '../../live/use-watch.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { late } from '../../ui/late.tsx';
import { showError } from '../../ui/toasts.tsx';
import { whenIdle } from '../../ui/when-idle.ts';
import * as words from '../../words/index.ts';
import { RemoveSession } from '../board/remove-session.tsx';
import { ChatTabs } from './chat-tabs.tsx';
import { CloseChat, hasMessages } from './close-chat.tsx';
import { Pane } from './pane.tsx';
import { chatToAdd, MAX_PANES, panesOf, searchOf, withChat } from './panes.ts';
import { openIgnoredFiles } from '../checkpoints/open-ignored-files.ts';
import { openPolicy } from '../policies/open-policy.ts';
import { placeOf, searchOfPlace, type ReviewPlace } from '../review/scope.ts';
import { SessionHeader } from './session-header.tsx';
import { SideColumn, SideSheet } from './side-column.tsx';
import { useSheet, useSide } from './side-state.ts';
import { useSessionCommands } from './use-session-commands.ts';

const Review = late(async () => (await import('../review/review.tsx')).Review);

/** A session: its chats as tabs and side by side, and the side with what they changed. */
export function SessionPage() {
  const { sessionId } = useParams({ from: '/sessions/$sessionId' });
  const session = useIndex(({ sessions }) => sessions[sessionId] ?? null);
  const isLoaded = useIsIndexLoaded();
  if (session !== null) return <LoadedSession key={sessionId} session={session} />;
  if (!isLoaded) return null;
  if (askedToRemove.has(sessionId)) return <Navigate to="/" />;
  return (
    <Empty
      action={
        <Link to="/" className="text-flame-ink underline underline-offset-2">
          {words.session.toBoard}
        </Link>
      }
    >
      {words.session.unknown}
    </Empty>
  );
}

/** Sessions whose removal was asked for from here: when one is gone, this place is left. */
const askedToRemove = new Set<string>();

/** The chat that was shown last, by session; for as long as the page lives. */
const lastShown = new Map<string, string>();

function LoadedSession({ session }: { session: Session }) {
  const search = useSearch({ from: '/sessions/$sessionId' });
  const navigate = useNavigate();
  useWatch(session.id, session.worktree?.path ?? null);
  const viewport = useViewport();
  const chats = useIndex((index) =>
    Object.values(index.chats)
      .filter((chat) => chat.sessionId === session.id)
      .sort((a, b) => a.createdAt - b.createdAt),
  );
  // Decided once: the address without a chat must not change its mind while chats speak.
  const [newest] = useState(() => lastShown.get(session.id) ?? newestOf(chats));
  const fallback = chats.some(({ id }) => id === newest) ? newest : newestOf(chats);
  const all = panesOf(search, chats, fallback);
  const [used, setUsed] = useState<string | null>(null);
  const activeId = used !== null && all.includes(used) ? used : (all[0] ?? null);
  const panes = viewport === 'wide' ? all : all.filter((id) => id === activeId);
  const active = chats.find(({ id }) => id === activeId) ?? null;
  const [renaming, setRenaming] = useState<string | null>(null);
  const [isRenaming, setIsRenaming] = useState(false);
  const [closing, setClosing] = useState<Chat | null>(null);
  const [removing, setRemoving] = useState<SessionRow | null>(null);
  const isColumnOpen = useSide((state) => state.isOpen);
  const isSheetOpen = useSheet((state) => state.isOpen);
  const isSideOpen = viewport === 'wide' ? isColumnOpen : isSheetOpen;
  const review = placeOf(search);

  useEffect(() => whenIdle(Review.preload), []);
  useEffect(() => {
    if (activeId !== null) lastShown.set(session.id, activeId);
  }, [session.id, activeId]);

  const go = (next: readonly string[]) => {
    void navigate({
      to: '/sessions/$sessionId',
      params: { sessionId: session.id },
      search: searchOf(next),
      replace: true,
    });
  };
  const goReview = (place: ReviewPlace | null) => {
    void navigate({
      to: '/sessions/$sessionId',
      params: { sessionId: session.id },
      search: { ...searchOf(all), ...(place === null ? {} : searchOfPlace(place)) },
      // Opening and leaving are steps of the way back; going from file to file is not.
      replace: review !== null && place !== null,
    });
  };
  const show = (chatId: string) => {
    go(withChat(all, chatId, activeId));
    setUsed(chatId);
  };
  const create = (agent: string | null, beside = false) => {
    server
      .createChat(session.id, agent === null ? {} : { agent })
      .then((chat) => {
        go(beside ? [...all, chat.id] : withChat(all, chat.id, activeId));
        setUsed(chat.id);
      })
      .catch(showError);
  };
  const split = () => {
    if (all.length >= MAX_PANES) return;
    const id = chatToAdd(all, chats);
    if (id === null) create(active?.agent ?? null, true);
    else {
      go([...all, id]);
      setUsed(id);
    }
  };
  const closePane = (chatId: string) => go(all.filter((id) => id !== chatId));
  const remove = (chat: Chat) => {
    setClosing(null);
    const rest = chats.filter(({ id }) => id !== chat.id);
    server
      .removeChat(chat.id)
      .then(() => {
        const left = all.filter((id) => id !== chat.id);
        const next = newestOf(rest);
        go(left.length > 0 || next === null ? left : [next]);
      })
      .catch(showError);
  };
  const closeChat = (chat: Chat) => (hasMessages(chat) ? setClosing(chat) : remove(chat));
  const toggleSide = () =>
    viewport === 'wide'
      ? useSide.setState({ isOpen: !isColumnOpen })
      : useSheet.setState({ isOpen: !isSheetOpen });

  useSessionCommands({
    chats,
    panes,
    active,
    show,
    newChat: () => create(active?.agent ?? null),
    closeChat,
    renameChat: ({ id }) => setRenaming(id),
    split,
    closePane,
    toggleSide,
    review: () => goReview(review === null ? { scope: 'session', file: null } : null),
    permissions: () => openPolicy({ projectId: session.projectId, sessionId: session.id }),
    ignoredFiles: () => openIgnoredFiles({ projectId: session.projectId, sessionId: session.id }),
    rename: () => setIsRenaming(true),
  });

  return (
    <div className="flex h-full">
      <div className="flex min-w-0 flex-1 flex-col">
        <SessionHeader
          session={session}
          chats={chats}
          chat={active}
          isSideOpen={isSideOpen}
          isRenaming={isRenaming}
          onRename={setIsRenaming}
          onToggleSide={toggleSide}
          isReviewing={review !== null}
          onReview={() => goReview(review === null ? { scope: 'session', file: null } : null)}
          onRemove={() => {
            askedToRemove.add(session.id);
            setRemoving(rowOf(session, chats));
          }}
        />
        <ChatTabs
          session={session}
          chats={chats}
          panes={panes}
          active={review === null ? activeId : null}
          renaming={renaming}
          canSplit={viewport === 'wide'}
          onSelect={show}
          onRenaming={setRenaming}
          onRename={(id, title) => void server.updateChat(id, { title }).catch(showError)}
          onClose={closeChat}
          onNew={create}
          onSplit={split}
        />
        {review !== null && activeId !== null ? (
          <Review
            session={session}
            chatId={activeId}
            place={review}
            go={goReview}
            isWide={viewport === 'wide'}
          />
        ) : (
          <div className="flex min-h-0 flex-1">
            {panes.map((id) => {
              const chat = chats.find((each) => each.id === id);
              return chat === undefined ? null : (
                <Pane
                  key={id}
                  session={session}
                  chat={chat}
                  isActive={id === activeId}
                  isAlone={panes.length === 1}
                  messageId={id === all[0] ? search.message : undefined}
                  onUse={() => setUsed(id)}
                  onClose={() => closePane(id)}
                />
              );
            })}
            {panes.length === 0 ? (
              <NoPane hasChats={chats.length > 0} onNewest={() => go([])} onNew={() => create(null)} />
            ) : null}
          </div>
        )}
      </div>
      {activeId === null || review !== null ? null : viewport === 'wide' ? (
        isColumnOpen ? (
          <SideColumn chatId={activeId} sessionId={session.id} />
        ) : null
      ) : (
        <SideSheet chatId={activeId} sessionId={session.id} />
      )}
      <CloseChat chat={closing} onClose={() => setClosing(null)} onConfirm={remove} />
      <RemoveSession row={removing} onClose={() => setRemoving(null)} />
    </div>
  );
}

/** No chat to show: the address names one that is gone, or there is none. */
function NoPane({ hasChats, onNewest, onNew }: { hasChats: boolean; onNewest(): void; onNew(): void }) {
  const w = words.session;
  return hasChats ? (
    <Empty action={<Button onClick={onNewest}>{w.toNewest}</Button>}>{w.unknownChat}</Empty>
  ) : (
    <Empty
      action={
        <Button look="primary" onClick={onNew}>
          {w.newChat}
        </Button>
      }
    >
      {w.noChats}
    </Empty>
  );
}

function newestOf(chats: readonly Chat[]): string | null {
  return chats.toSorted((a, b) => b.updatedAt - a.updatedAt)[0]?.id ?? null;
}

/** The session as lists know it, for the dialog that removes it. */
function rowOf(session: Session, chats: Chat[]): SessionRow {
  return {
    session,
    project: null,
    chats,
    chat: null,
    questions: [],
    mark: 'idle',
    standing: 'idle',
    updatedAt: session.createdAt,
  };
}
