import { Maximize2 } from 'lucide-react';
import { useNavigate } from '@tanstack/react-router';
import { useViewport } from '../../app/viewport.ts';
import { useIndex } from '../../live/index-store.ts';
import { IconButton } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { Review } from '../review/review.tsx';
import { searchOfPlace, type ReviewPlace } from '../review/scope.ts';
import { showInSide, useSideTarget } from '../session/side-state.ts';

/** The review beside the chat, narrow; one press takes it to the middle. */
export function ChangesTab({ chatId, sessionId }: { chatId: string; sessionId: string }) {
  const target = useSideTarget(sessionId);
  const session = useIndex(({ sessions }) => sessions[sessionId] ?? null);
  const isWide = useViewport() === 'wide';
  const navigate = useNavigate();
  if (session === null) return null;
  const place: ReviewPlace =
    target?.kind === 'change' ? { scope: target.scope, file: target.path } : { scope: 'session', file: null };
  const expand = () =>
    void navigate({
      to: '/sessions/$sessionId',
      params: { sessionId },
      search: (before) => ({ ...before, ...searchOfPlace(place) }),
    });
  return (
    <Review
      session={session}
      chatId={chatId}
      place={place}
      go={({ scope, file }) => showInSide({ kind: 'change', sessionId, scope, path: file })}
      isWide={false}
      more={
        isWide ? (
          <IconButton
            label={words.review.expand}
            icon={<Maximize2 size={16} strokeWidth={1.75} />}
            onClick={expand}
          />
        ) : null
      }
    />
  );
}
