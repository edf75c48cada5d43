import type { IndexState } from '@pilotlight/protocol';
import { useIndex } from '../../live/index-store.ts';
import { Picker } from '../../ui/picker.tsx';
import * as words from '../../words/index.ts';
import { ProjectFilterButton } from './project-filter-button.tsx';

const allProjects = (index: IndexState) => Object.values(index.projects);
const ALL = 'all';

export interface ProjectFilterProps {
  /** null: all */
  projectId: string | null;
  onChoose(projectId: string | null): void;
}

/** Of which project the board shows sessions. */
export function ProjectFilter({ projectId, onChoose }: ProjectFilterProps) {
  const projects = useIndex(allProjects);
  const chosen = projects.find(({ id }) => id === projectId);
  return (
    <Picker
      label={words.board.project}
      placeholder={words.board.searchProjects}
      empty={words.board.noProject}
      selectedId={projectId ?? ALL}
      onSelect={(id) => onChoose(id === ALL ? null : id)}
      items={[
        { id: ALL, text: words.board.allProjects, name: words.board.allProjects },
        ...projects.map(({ id, name, path }) => ({ id, text: `${name} ${path}`, name, detail: path })),
      ]}
      trigger={<ProjectFilterButton name={chosen?.name ?? words.board.allProjects} />}
    />
  );
}
