import type { AgentInfo, Project } from '@pilotlight/protocol';
import { Bot, ChevronDown, FolderGit2, FolderOpen, GitBranch } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { Picker } from '../../ui/picker.tsx';
import { words } from '../../words/index.ts';
import { orderAgents } from './choose-agent.ts';
import { useBranches, useRepositories } from './reads.ts';

const ICON = { size: 14, strokeWidth: 1.75, className: 'shrink-0 text-ink-3' };
const FOLDER = 'folder:';
const HEAD = 'head:';

function Trigger({ icon, children, ...rest }: { icon: ReactNode; children: ReactNode }) {
  return (
    <Button {...rest} icon={icon}>
      <span className="max-w-44 truncate">{children}</span>
      <ChevronDown size={12} strokeWidth={2} className="text-ink-3" />
    </Button>
  );
}

interface ProjectPickerProps {
  projects: readonly Project[];
  projectId: string | null;
  onProject(id: string): void;
  /** a repository that is no project yet */
  onFolder(path: string): void;
  onBrowse(): void;
}

/** Registered projects, repositories that were found, and the way to any other folder. */
export function ProjectPicker({ projects, projectId, onProject, onFolder, onBrowse }: ProjectPickerProps) {
  const text = words.board.create;
  const repositories = useRepositories().data ?? [];
  const known = new Set(projects.map(({ path }) => path));
  const items = [
    ...projects.map(({ id, name, path }) => ({
      id,
      text: `${name} ${path}`,
      name,
      detail: path,
      group: text.projects,
    })),
    { id: FOLDER, text: text.chooseFolder, name: text.chooseFolder, group: text.projects },
    ...repositories
      .filter(({ path }) => !known.has(path))
      .map(({ name, path }) => ({
        id: FOLDER + path,
        text: `${name} ${path}`,
        name,
        detail: path,
        group: text.recent,
      })),
  ];
  const select = (id: string) => {
    if (id === FOLDER) onBrowse();
    else if (id.startsWith(FOLDER)) onFolder(id.slice(FOLDER.length));
    else onProject(id);
  };
  return (
    <Picker
      label={text.project}
      placeholder={text.searchProjects}
      empty={text.noProject}
      selectedId={projectId}
      onSelect={select}
      items={items.map((item) => ({
        ...item,
        icon: item.id === FOLDER ? <FolderOpen {...ICON} /> : <FolderGit2 {...ICON} />,
      }))}
      trigger={
        <Trigger icon={<FolderGit2 {...ICON} />}>
          {projects.find(({ id }) => id === projectId)?.name ?? text.chooseProject}
        </Trigger>
      }
    />
  );
}

interface BranchPickerProps {
  projectId: string;
  /** null: what is checked out */
  base: string | null;
  onBase(base: string | null): void;
}

/** The branch a session begins from. */
export function BranchPicker({ projectId, base, onBase }: BranchPickerProps) {
  const text = words.board.create;
  const { data } = useBranches(projectId);
  const branches = data?.branches ?? [];
  const shown = base ?? data?.head ?? null;
  return (
    <Picker
      label={text.branch}
      placeholder={text.searchBranches}
      empty={text.noBranch}
      selectedId={shown ?? HEAD}
      onSelect={(id) => onBase(id === HEAD || id === data?.head ? null : id)}
      items={
        branches.length === 0
          ? [{ id: HEAD, text: text.currentBranch, name: text.currentBranch }]
          : branches.map(({ name, remote }) => ({
              id: name,
              text: name,
              name,
              detail: name === data?.head ? text.headBranch : undefined,
              group: remote ? text.remoteBranches : text.localBranches,
            }))
      }
      trigger={<Trigger icon={<GitBranch {...ICON} />}>{text.from(shown ?? text.currentBranch)}</Trigger>}
    />
  );
}

interface AgentPickerProps {
  agents: readonly AgentInfo[];
  agentId: string | null;
  onAgent(id: string): void;
}

/** The agents: found ones to choose, then those that are not there, with how to get them. */
export function AgentPicker({ agents, agentId, onAgent }: AgentPickerProps) {
  const text = words.board.create;
  return (
    <Picker
      label={text.agent}
      placeholder={text.searchAgents}
      empty={text.noAgent}
      selectedId={agentId}
      onSelect={onAgent}
      items={orderAgents(agents).map(({ id, name, state, version, hint }) => ({
        id,
        text: `${name} ${id}`,
        name,
        detail: state === 'found' ? (version ?? undefined) : hint?.replaceAll('`', ''),
        wrap: true,
        disabled: state !== 'found',
        group: state === 'found' ? text.found : text.missing,
      }))}
      trigger={
        <Trigger icon={<Bot {...ICON} />}>
          {agents.find(({ id }) => id === agentId)?.name ?? text.chooseAgent}
        </Trigger>
      }
    />
  );
}
