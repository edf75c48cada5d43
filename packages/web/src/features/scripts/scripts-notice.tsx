import type { ScriptsState } from '@pilotlight/protocol';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { showSideTab } from '../session/side-state.ts';

const text = words.scripts.notice;

/** That the setup of a session's worktree waits for the user, runs or did not succeed, above the composer. */
export function ScriptsNotice({ chatId }: { chatId: string }) {
  const sessionId = useIndex(({ chats }) => chats[chatId]?.sessionId ?? '');
  const setup = useIndex(({ scripts }) => scripts[sessionId]?.setup ?? null);
  if (setup === null) return null;
  return (
    <section
      aria-label={text.label}
      className="mx-2 mb-1.5 flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-line-strong bg-raised px-3 py-2"
    >
      <p role="status" className="min-w-0 flex-1 basis-64 text-ink-2">
        {text[setup]}
      </p>
      <div className="flex flex-wrap gap-2">
        <SetupAction sessionId={sessionId} setup={setup} />
        <Button onClick={() => showSideTab('scripts')}>{text.look}</Button>
      </div>
    </section>
  );
}

function SetupAction({ sessionId, setup }: { sessionId: string; setup: ScriptsState['setup'] }) {
  if (setup === 'failed') {
    return (
      <Button onClick={() => void server.scripts.start(sessionId, 'setup').catch(showError)}>
        {text.again}
      </Button>
    );
  }
  if (setup !== 'running') return null;
  return (
    <Button onClick={() => void server.scripts.stop(sessionId, 'setup').catch(showError)}>{text.goOn}</Button>
  );
}
