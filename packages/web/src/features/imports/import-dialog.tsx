import { toErrorInfo, type AgentConversation, type IndexState } from '@pilotlight/protocol';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { currentIndex, useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Empty } from '../../ui/empty.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { chooseAgent } from '../board/choose-agent.ts';
import { firstProject } from '../board/first-project.ts';
import { FolderBrowser } from '../board/folder-browser.tsx';
import { useLastUsed } from '../board/last-used.ts';
import { AgentPicker, ProjectPicker } from '../board/new-session-pickers.tsx';
import { useAgents } from '../board/reads.ts';
import { ConversationList } from './conversation-list.tsx';
import { closeImport } from './open-import.ts';
import { useTakeUp } from './use-conversations.ts';

const allProjects = (index: IndexState) => Object.values(index.projects);

/** Chooses a project and an agent, then the conversation of theirs to go on with. */
export function ImportDialog({ projectId: given }: { projectId: string | null }) {
  const text = words.imports;
  const navigate = useNavigate();
  const projects = useIndex(allProjects);
  const agents = useAgents();
  const lastUsed = useLastUsed();
  const [wantedProject, setWantedProject] = useState(
    () => given ?? firstProject(currentIndex(), lastUsed.projectId),
  );
  const [wantedAgent, setWantedAgent] = useState(lastUsed.agent);
  const [isBrowsing, setIsBrowsing] = useState(false);
  const body = useRef<HTMLDivElement>(null);

  const project = projects.find(({ id }) => id === wantedProject);
  const agent = agents.find(({ id }) => id === chooseAgent(agents, wantedAgent));
  const { mutate, reset, isPending, variables, error } = useTakeUp(agent?.id ?? null, project);

  const take = (conversation: AgentConversation): void => {
    if (isPending) return;
    mutate(conversation, {
      onSuccess: ({ id, sessionId }) => {
        closeImport();
        useLastUsed.setState({ projectId: project?.id ?? null, agent: agent?.id ?? null });
        void navigate({ to: '/sessions/$sessionId', params: { sessionId }, search: { chat: id } });
      },
    });
  };
  const takeProject = (id: string): void => {
    reset();
    setWantedProject(id);
  };
  const takeFolder = async (path: string): Promise<void> => {
    setIsBrowsing(false);
    await server.createProject({ path }).then(({ id }) => takeProject(id), showError);
  };

  if (isBrowsing) {
    return (
      <Dialog open onClose={closeImport} title={words.board.folder.title} className="phone:w-[640px]">
        <FolderBrowser
          start={null}
          onChoose={(path) => void takeFolder(path)}
          onBack={() => setIsBrowsing(false)}
        />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={closeImport}
      title={text.title}
      description={text.about}
      className="phone:w-[640px]"
      initialFocus={body}
    >
      <div className="flex flex-wrap items-center gap-2 px-4 pt-1 pb-3">
        <ProjectPicker
          projects={projects}
          projectId={project?.id ?? null}
          onProject={takeProject}
          onFolder={(path) => void takeFolder(path)}
          onBrowse={() => setIsBrowsing(true)}
        />
        <AgentPicker
          agents={agents}
          agentId={agent?.id ?? null}
          onAgent={(id) => {
            reset();
            setWantedAgent(id);
          }}
        />
      </div>
      <div
        ref={body}
        tabIndex={-1}
        className="flex h-[min(24rem,50dvh)] flex-col overflow-y-auto border-t border-line bg-base outline-none"
      >
        {project === undefined ? (
          <Empty>{text.noProject}</Empty>
        ) : agent === undefined ? null : (
          <ConversationList
            key={`${project.id} ${agent.id}`}
            agent={agent}
            project={project}
            isBusy={isPending}
            onTake={take}
          />
        )}
      </div>
      <footer className="border-t border-line px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))] text-small break-words text-ink-3">
        {isPending ? (
          <p role="status">{text.importing(variables.title || text.untitled(variables.agentSessionId))}</p>
        ) : error !== null ? (
          <p role="alert" className="text-bad">
            {toErrorInfo(error).message}
          </p>
        ) : project === undefined ? null : (
          <p>{text.worksIn(project.path)}</p>
        )}
      </footer>
    </Dialog>
  );
}
