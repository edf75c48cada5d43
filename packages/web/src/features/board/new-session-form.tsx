import { toErrorInfo, type IndexState } from '@pilotlight/protocol';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type RefObject } from 'react';
import { currentIndex, useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button } from '../../ui/button.tsx';
import { Keys } from '../../ui/keys.tsx';
import { Switch } from '../../ui/switch.tsx';
import * as words from '../../words/index.ts';
import { openImport } from '../imports/open-import.ts';
import { chooseAgent } from './choose-agent.ts';
import { firstProject } from './first-project.ts';
import { FolderBrowser } from './folder-browser.tsx';
import { useLastUsed } from './last-used.ts';
import { BasePicker } from './base-picker.tsx';
import { AgentPicker, ProjectPicker } from './new-session-pickers.tsx';
import { setNewPrompt, useNewSession } from './new-session.ts';
import { useAgents } from './reads.ts';
import { startSession } from './start-session.ts';

export interface NewSessionFormProps {
  /** the project to begin with; null: the one used last */
  projectId: string | null;
  promptRef: RefObject<HTMLTextAreaElement | null>;
  onBrowsing(browsing: boolean): void;
  onDone(): void;
}

const allProjects = (index: IndexState) => Object.values(index.projects);

export function NewSessionForm({ projectId: given, promptRef, onBrowsing, onDone }: NewSessionFormProps) {
  const navigate = useNavigate();
  const projects = useIndex(allProjects);
  const agents = useAgents();
  const lastUsed = useLastUsed();
  const prompt = useNewSession((state) => state.prompt);
  const [wantedProject, setWantedProject] = useState(
    () => given ?? firstProject(currentIndex(), lastUsed.projectId),
  );
  const [base, setBase] = useState<string | null>(null);
  const [inPlace, setInPlace] = useState(false);
  const [wantedAgent, setWantedAgent] = useState(lastUsed.agent);
  const [isBrowsing, setIsBrowsing] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const text = words.board.create;

  useEffect(() => {
    onBrowsing(isBrowsing);
    return () => onBrowsing(false);
  }, [isBrowsing, onBrowsing]);

  const project = projects.find(({ id }) => id === wantedProject);
  const agent = chooseAgent(agents, wantedAgent);
  const isPlain = project?.kind === 'folder';
  const isReady = project !== undefined && agent !== null && !isBusy;

  const takeProject = (id: string) => {
    setWantedProject(id);
    setBase(null);
    setError(null);
  };
  const takeFolder = async (path: string) => {
    setIsBrowsing(false);
    try {
      takeProject((await server.createProject({ path })).id);
    } catch (refusal) {
      setError(toErrorInfo(refusal).message);
    }
  };
  const start = async () => {
    if (project === undefined || agent === null || isBusy) return;
    setIsBusy(true);
    setError(null);
    try {
      const draft = { projectId: project.id, base, inPlace: inPlace || isPlain, agent, prompt };
      const { sessionId, chatId } = await startSession(draft);
      setNewPrompt('');
      onDone();
      await navigate({ to: '/sessions/$sessionId', params: { sessionId }, search: { chat: chatId } });
    } catch (refusal) {
      setError(toErrorInfo(refusal).message);
      setIsBusy(false);
    }
  };

  if (isBrowsing) {
    return (
      <FolderBrowser
        start={null}
        onChoose={(path) => void takeFolder(path)}
        onBack={() => setIsBrowsing(false)}
      />
    );
  }
  return (
    <form
      className="flex min-h-0 flex-col"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing)
          return;
        event.preventDefault();
        void start();
      }}
    >
      <textarea
        autoFocus
        ref={promptRef}
        aria-label={text.promptLabel}
        placeholder={text.prompt}
        value={prompt}
        onChange={(event) => setNewPrompt(event.target.value)}
        className="field-sizing-content max-h-[40dvh] min-h-28 shrink resize-none px-4 pt-1 pb-3 text-read outline-none"
      />
      <div className="flex flex-col gap-2.5 border-t border-line bg-base px-4 py-3">
        <div className="flex flex-wrap items-center gap-2">
          <ProjectPicker
            projects={projects}
            projectId={project?.id ?? null}
            onProject={takeProject}
            onFolder={(path) => void takeFolder(path)}
            onBrowse={() => setIsBrowsing(true)}
          />
          {project === undefined || inPlace || isPlain ? null : (
            <BasePicker projectId={project.id} base={base} onBase={setBase} />
          )}
          <AgentPicker agents={agents} agentId={agent} onAgent={setWantedAgent} />
        </div>
        <div className="flex items-start gap-4">
          <p className="min-w-0 flex-1 text-small break-words text-ink-3 pointer-coarse:py-3.5">
            {project === undefined
              ? text.noProjectYet
              : isPlain
                ? text.plainFolder(project.path)
                : inPlace
                  ? text.itsOwnFolder(project.path)
                  : text.ownCopy(base)}
          </p>
          <Switch
            label={text.inPlace}
            checked={inPlace || isPlain}
            disabled={isPlain || project === undefined}
            onChange={setInPlace}
          />
        </div>
        {error === null ? null : (
          <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 break-words text-bad">
            {error}
          </p>
        )}
      </div>
      <footer className="flex items-center justify-end gap-3 border-t border-line px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">
        <Button
          look="quiet"
          className="mr-auto -ml-2.5 pointer-coarse:-ml-4"
          onClick={() => {
            onDone();
            openImport(project?.id ?? null);
          }}
        >
          {words.imports.open}
        </Button>
        <span className="pointer-coarse:hidden">
          <Keys keys="$mod+Enter" />
        </span>
        <Button look="primary" type="submit" disabled={!isReady}>
          {isBusy ? text.starting : prompt.trim() === '' ? text.begin : text.start}
        </Button>
      </footer>
    </form>
  );
}
