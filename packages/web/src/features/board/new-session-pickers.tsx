import type { AgentInfo, Project } from '@pilotlight/protocol';
import { Bot, FolderGit2, FolderOpen } from 'lucide-react';
import { Picker } from '../../ui/picker.tsx';
import * as words from '../../words/index.ts';
import { orderAgents } from './choose-agent.ts';
import { PickerTrigger } from './picker-trigger.tsx';
import { useRepositories } from './reads.ts';

const ICON = { size: 14, strokeWidth: 1.75, className: 'shrink-0 text-ink-3' };
const FOLDER = 'folder:';

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
        <PickerTrigger icon={<FolderGit2 {...ICON} />}>
          {projects.find(({ id }) => id === projectId)?.name ?? text.chooseProject}
        </PickerTrigger>
      }
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
        <PickerTrigger icon={<Bot {...ICON} />}>
          {agents.find(({ id }) => id === agentId)?.name ?? text.chooseAgent}
        </PickerTrigger>
      }
    />
  );
}
