import {
  toErrorInfo,
  type DiffFile,
  type ReviewFacts,
  type ReviewRequest,
  type Session,
} from '@pilotlight/protocol';
import { useRef, useState, type ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import * as words from '../../words/index.ts';
import { sessionTitle } from '../board/session-title.ts';
import { openFile } from '../session/side-state.ts';
import { ActionDialog } from './action-dialog.tsx';
import { ActionsMenu } from './actions-menu.tsx';
import { CommitBox } from './commit-box.tsx';
import { setMessage } from './commit-message.ts';
import { ConflictList } from './conflict-list.tsx';
import type { FileConflict } from './conflict-note.tsx';
import { FileActions, ResolveAction } from './file-actions.tsx';
import { FileHead } from './file-head.tsx';
import { LastAction } from './last-action.tsx';
import { NotesPanel } from './notes-panel.tsx';
import { useFreshReview, useIsWorking, useReviewFacts, useReviewNotes } from './reads.ts';
import { ResolveDialog } from './resolve-dialog.tsx';
import { ReviewBar } from './review-bar.tsx';
import { ReviewFile } from './review-file.tsx';
import { ReviewList } from './review-list.tsx';
import { isTurn, isUncommitted, type ReviewPlace } from './scope.ts';
import { useListed, type Listed } from './use-listed.ts';
import { useKeptFocus } from './use-kept-focus.ts';
import { useNextWhenGone } from './use-next-when-gone.ts';
import { usePick } from './use-pick.ts';
import { useResolve } from './use-resolve.ts';
import { useReviewCommands } from './use-review-commands.ts';
import { useViewed } from './use-viewed.ts';

export interface ReviewProps {
  session: Session;
  /** the chat that notes go to, and whose turns are shown */
  chatId: string;
  place: ReviewPlace;
  go(place: ReviewPlace): void;
  /** the list and the diff stand beside each other; else one takes the other's place */
  isWide: boolean;
  /** a button at the end of the bar */
  more?: ReactNode;
}

/** The changes of a session: which files, what changed in them, what to say about it and what to do with it. */
export function Review({ session, chatId, place: wanted, go, isWide, more }: ReviewProps) {
  const [query, setQuery] = useState('');
  const [asked, setAsked] = useState<ReviewRequest | null>(null);
  const filter = useRef<HTMLInputElement>(null);
  const { lines, setLines, around } = useKeptFocus();
  useFreshReview(session.id, chatId);
  const listed = useListed(session.id, wanted.scope, query);
  const reading = useNextWhenGone(wanted, listed, go);
  const place = isWide ? withFirstFile(reading, listed.ordered) : reading;
  const { scope } = place;
  const review = useReviewNotes(session.id);
  // Behind the list: both look at the whole worktree, and the files come first.
  const facts = useReviewFacts(session.id, listed.changes !== null || listed.error !== null);
  const { isViewed, setViewed } = useViewed(session.id, review);
  const isWorking = useIsWorking(session.id);
  const notes = review?.comments ?? [];
  const drafts = notes.filter(({ sentTurnId }) => sentTurnId === null);
  const why = isWorking ? words.review.whyWorking : null;
  const resolve = useResolve(session.id, why);
  const conflictOf = conflictsBy(facts);
  const underWay = facts?.conflicts.operation ?? null;
  const whyNotBranch =
    why ??
    (underWay === null
      ? null
      : words.review.conflicts.whyUnderWay(words.review.conflicts.operations[underWay]));

  const { ordered } = listed;
  const at = ordered.findIndex((each) => each.scope === scope && each.file.path === place.file);
  const file =
    at >= 0 ? (ordered[at]?.file ?? null) : (listed.all.find(({ path }) => path === place.file) ?? null);
  const neighbour = (step: 1 | -1) => {
    const other = at < 0 && step < 0 ? undefined : ordered[at + step];
    return other === undefined ? null : () => go({ scope: other.scope, file: other.file.path });
  };
  const conflict = file === null || isTurn(scope) ? null : conflictOf(file.path);
  const [next, previous] = [neighbour(1), neighbour(-1)];
  const pick = usePick(session.id, scope, file, setAsked);
  const viewAndGoOn = (shown: DiffFile) => {
    setViewed([shown], true);
    const rest = [...ordered.slice(at + 1), ...ordered.slice(0, Math.max(0, at))];
    const other = rest.find((each) => !isViewed(each.file));
    if (other !== undefined) go({ scope: other.scope, file: other.file.path });
  };
  useReviewCommands({
    next,
    previous,
    filter: () => filter.current?.focus(),
    hunk:
      file === null
        ? null
        : (step) => void (lines.current?.moveHunk(step) === false && (step > 0 ? next : previous)?.()),
    viewed: file === null ? null : () => viewAndGoOn(file),
  });

  const w = words.review;
  const title = sessionTitle({ session, chats: [] });
  const gathered = (
    <NotesPanel
      sessionId={session.id}
      chatId={chatId}
      notes={notes}
      isShort={!isWide && file !== null}
      onGo={({ path }) => go({ scope, file: path })}
    />
  );
  const said = emptyPlace();
  return (
    <section aria-label={w.title} className="flex h-full min-h-0 min-w-0 flex-1 flex-col">
      {isWide || file === null ? (
        <ReviewBar
          chatId={chatId}
          scope={scope}
          onScope={(to) => go({ scope: to, file: null })}
          isWide={isWide}
          changes={listed.changes}
          viewed={listed.all.filter(isViewed).length}
        >
          {gathered}
          <ActionsMenu session={session} title={title} facts={facts} why={whyNotBranch} ask={setAsked} />
          {more}
        </ReviewBar>
      ) : null}
      {facts === null || !(isWide || file === null) ? null : (
        <ConflictList
          sessionId={session.id}
          chatId={chatId}
          conflicts={facts.conflicts}
          why={why}
          resolve={resolve}
          onOpen={(path) => go({ scope: 'unstaged', file: path })}
          ask={setAsked}
        />
      )}
      <LastAction sessionId={session.id} />
      {said}
      {said === null && listed.changes !== null ? (
        <div className="flex min-h-0 flex-1">
          {isWide || file === null ? (
            <ReviewList
              sessionId={session.id}
              scopes={listed.scopes}
              place={place}
              query={query}
              onQuery={setQuery}
              onOpen={go}
              notes={drafts}
              shared={review?.sharedFiles ?? []}
              isViewed={isViewed}
              why={why}
              isTruncated={listed.changes.truncated}
              isWide={isWide}
              filter={filter}
            >
              {isUncommitted(scope) && facts !== null && underWay === null ? (
                <CommitBox sessionId={session.id} facts={facts} why={why} ask={setAsked} />
              ) : null}
            </ReviewList>
          ) : null}
          {file === null ? (
            isWide ? (
              <Empty>{place.file === null ? w.choose : w.notChanged(place.file)}</Empty>
            ) : null
          ) : (
            <div {...around} className="flex min-h-0 min-w-0 flex-1 flex-col">
              <FileHead
                file={file}
                onBack={isWide ? null : () => go({ scope, file: null })}
                onPrevious={previous}
                onNext={next}
                actions={
                  <>
                    {isWide ? null : gathered}
                    {conflict === null ? (
                      <FileActions pick={pick} />
                    ) : (
                      <ResolveAction conflict={conflict} resolve={resolve} />
                    )}
                  </>
                }
                onOpen={isWide ? null : () => openFile(session.id, file.path, null)}
                isViewed={isViewed(file)}
                onViewed={(viewed) => setViewed([file], viewed)}
              />
              <ReviewFile
                key={`${scope}:${file.path}`}
                ref={setLines}
                sessionId={session.id}
                scope={scope}
                file={file}
                notes={drafts.filter(({ path }) => path === file.path)}
                isWide={isWide}
                pick={pick}
                conflict={conflict}
              />
            </div>
          )}
        </div>
      ) : null}
      <ResolveDialog resolve={resolve} />
      <ActionDialog
        sessionId={session.id}
        request={asked}
        onClose={() => setAsked(null)}
        onDone={({ kind }) => kind === 'commit' && setMessage(session.id, '')}
      />
    </section>
  );

  function emptyPlace(): ReactNode {
    if (listed.error !== null) {
      const retry = <Button onClick={() => void listed.refetch()}>{words.common.retry}</Button>;
      return <Empty action={retry}>{toErrorInfo(listed.error).message}</Empty>;
    }
    if (listed.changes === null) return null;
    if (!listed.changes.hasBase)
      return <Empty>{isTurn(scope) ? w.nothing.turnNotKept : words.changes.noGit}</Empty>;
    if (listed.changes.total > 0) return null;
    return (
      <Empty>
        {isUncommitted(scope)
          ? w.nothing.uncommitted
          : scope === 'session'
            ? words.changes.none
            : w.nothing.turn}
      </Empty>
    );
  }
}

/** Where no file is chosen, the first one that is listed; the address stays without one. */
function withFirstFile(place: ReviewPlace, [first]: readonly Listed[]): ReviewPlace {
  if (place.file !== null || first === undefined) return place;
  return { scope: first.scope, file: first.file.path };
}

/** The conflict of a file, by its path. */
function conflictsBy(facts: ReviewFacts | null): (path: string) => FileConflict | null {
  return (path) => {
    const file = facts?.conflicts.files.find((each) => each.path === path);
    return facts === null || file === undefined ? null : { file, sides: facts.conflicts.sides };
  };
}
