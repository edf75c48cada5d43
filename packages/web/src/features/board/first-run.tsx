import { toErrorInfo } from '@pilotlight/protocol';
import { useNavigate } from '@tanstack/react-router';
import { CornerDownRight, FolderGit2, FolderOpen } from 'lucide-react';
import { useRef, useState } from 'react';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Keys } from '../../ui/keys.tsx';
import * as words from '../../words/index.ts';
import { Flame } from '../frame/flame.tsx';
import { AgentChoice } from './agent-choice.tsx';
import { chooseAgent } from './choose-agent.ts';
import { FolderBrowser } from './folder-browser.tsx';
import { useLastUsed } from './last-used.ts';
import { useAgents, useRepositories } from './reads.ts';
import { startSession } from './start-session.ts';

const FIELD =
  'w-full rounded-md border border-line-strong bg-raised px-3 outline-offset-0 placeholder:text-ink-3';
/** Repositories offered at once; the browser has the rest. */
const OFFERED = 6;

/** The first minutes: a folder, an agent, a prompt, and the first answer streams. */
export function FirstRun() {
  const navigate = useNavigate();
  const agents = useAgents();
  const [path, setPath] = useState('');
  const [wantedAgent, setWantedAgent] = useState(useLastUsed.getState().agent);
  const [prompt, setPrompt] = useState('');
  const [isBrowsing, setIsBrowsing] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const promptField = useRef<HTMLTextAreaElement>(null);
  const text = words.board.first;
  const agent = chooseAgent(agents, wantedAgent);
  const missing = path.trim() === '' ? text.needsFolder : prompt.trim() === '' ? text.needsPrompt : null;

  const takeFolder = (chosen: string) => {
    setPath(chosen);
    setIsBrowsing(false);
    setError(null);
    // After the browser has given the focus back.
    requestAnimationFrame(() => promptField.current?.focus());
  };
  const start = async () => {
    if (missing !== null || agent === null || isBusy) return;
    setIsBusy(true);
    setError(null);
    try {
      const project = await server.createProject({ path: path.trim() });
      const draft = { projectId: project.id, base: null, inPlace: false, agent, prompt };
      const { sessionId, chatId } = await startSession(draft);
      await navigate({ to: '/sessions/$sessionId', params: { sessionId }, search: { chat: chatId } });
    } catch (refusal) {
      setError(toErrorInfo(refusal).message);
      setIsBusy(false);
    }
  };

  return (
    <div className="h-full overflow-y-auto">
      <form
        className="mx-auto flex w-full max-w-[640px] flex-col gap-6 px-4 py-8 phone:px-6 phone:py-14"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          void start();
        }}
      >
        <header className="flex flex-col gap-3">
          <Flame size={30} />
          <div>
            <h1 className="text-display font-semibold">{text.title}</h1>
            <p className="pt-1 text-read text-ink-2">{text.text}</p>
          </div>
        </header>

        <section className="flex flex-col gap-2">
          <label htmlFor="first-folder" className="font-medium">
            {text.folder}
          </label>
          <div className="flex gap-2">
            <input
              id="first-folder"
              value={path}
              onChange={(event) => setPath(event.target.value)}
              placeholder={text.folderPlaceholder}
              spellCheck={false}
              autoCapitalize="off"
              className={`${FIELD} h-9 min-w-0 font-mono text-code placeholder:font-sans pointer-coarse:h-11`}
            />
            <Button
              icon={<FolderOpen size={14} strokeWidth={1.75} />}
              onClick={() => setIsBrowsing(true)}
              className="h-9"
            >
              {words.board.folder.browse}
            </Button>
          </div>
          <Repositories path={path} onChoose={takeFolder} />
        </section>

        <section className="flex flex-col gap-2">
          <h2 className="font-medium">{text.agent}</h2>
          <AgentChoice agents={agents} agentId={agent} onAgent={setWantedAgent} />
        </section>

        <section className="flex flex-col gap-2">
          <label htmlFor="first-prompt" className="font-medium">
            {text.prompt}
          </label>
          <textarea
            id="first-prompt"
            ref={promptField}
            value={prompt}
            onChange={(event) => setPrompt(event.target.value)}
            placeholder={text.promptPlaceholder}
            className={`${FIELD} field-sizing-content max-h-60 min-h-20 resize-none py-2 text-read`}
          />
          <ul aria-label={text.suggestions} className="flex flex-col">
            {text.suggested.map((suggestion) => (
              <li key={suggestion}>
                <button
                  type="button"
                  onClick={() => {
                    setPrompt(suggestion);
                    promptField.current?.focus();
                  }}
                  className="flex min-h-8 w-full items-center gap-2.5 rounded-md px-3 py-1 text-left text-ink-2 hover:bg-hover hover:text-ink pointer-coarse:min-h-11"
                >
                  <CornerDownRight size={14} strokeWidth={1.75} className="shrink-0 text-ink-3" />
                  {suggestion}
                </button>
              </li>
            ))}
          </ul>
        </section>

        {error === null ? null : (
          <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 break-words text-bad">
            {error}
          </p>
        )}
        <div className="flex items-center gap-3">
          <Button
            look="primary"
            type="submit"
            disabled={missing !== null || agent === null || isBusy}
            className="h-9 px-4"
          >
            {isBusy ? words.board.create.starting : text.start}
          </Button>
          {missing === null ? (
            <span className="pointer-coarse:hidden">
              <Keys keys="$mod+Enter" />
            </span>
          ) : (
            <span className="text-small text-ink-3">{missing}</span>
          )}
        </div>
      </form>
      <Dialog open={isBrowsing} onClose={() => setIsBrowsing(false)} title={words.board.folder.title}>
        <FolderBrowser
          start={path.trim() === '' ? null : path.trim()}
          onChoose={takeFolder}
          onBack={() => setIsBrowsing(false)}
        />
      </Dialog>
    </div>
  );
}

function Repositories({ path, onChoose }: { path: string; onChoose(path: string): void }) {
  const { data, isPending, error } = useRepositories();
  const text = words.board.first;
  if (data === undefined || data.length === 0) {
    const said = isPending ? text.looking : error === null ? text.noRecent : toErrorInfo(error).message;
    return <p className="min-h-24 px-3 py-2 text-small text-ink-3">{said}</p>;
  }
  return (
    <ul aria-label={text.recent} className="grid min-h-24 content-start gap-px phone:grid-cols-2">
      {data.slice(0, OFFERED).map((repository) => (
        <li key={repository.path}>
          <button
            type="button"
            title={repository.path}
            aria-pressed={repository.path === path}
            onClick={() => onChoose(repository.path)}
            className="flex h-8 w-full items-center gap-2.5 rounded-md px-3 text-ink-2 hover:bg-hover hover:text-ink aria-pressed:bg-active aria-pressed:text-ink pointer-coarse:h-11"
          >
            <FolderGit2 size={14} strokeWidth={1.75} className="shrink-0 text-ink-3" />
            <span className="shrink-0 truncate">{repository.name}</span>
            <span className="truncate text-small text-ink-3">{repository.path}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
