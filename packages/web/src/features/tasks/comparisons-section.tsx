import { isTaskOver, type Comparison, type IndexState, type Task } from '@pilotlight/protocol';
import { Link } from '@tanstack/react-router';
import { useIndex } from '../../live/index-store.ts';
import { Mark } from '../../ui/mark.tsx';
import { Section } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import * as words from '../../words/index.ts';
import { useAgents } from '../board/reads.ts';
import { titleOfTask } from './task-actions.ts';
import { TASK_MARK } from './task-mark.ts';

const text = words.tasks;
const newestFirst = (index: IndexState): Comparison[] =>
  Object.values(index.comparisons).toSorted((a, b) => b.createdAt - a.createdAt);

/** The comparisons there are; nothing where there is none, since they begin as a task does. */
export function ComparisonsSection() {
  const comparisons = useIndex(newestFirst);
  if (comparisons.length === 0) return null;
  return (
    <Section id="comparisons" title={text.comparisons}>
      <ul className="-mx-2 pt-1">
        {comparisons.map((comparison) => (
          <ComparisonRow key={comparison.id} comparison={comparison} />
        ))}
      </ul>
    </Section>
  );
}

function ComparisonRow({ comparison }: { comparison: Comparison }) {
  const tasks = useIndex((index) => comparison.taskIds.flatMap((id) => index.tasks[id] ?? []));
  const over = tasks.filter(({ state }) => isTaskOver(state)).length;
  const agents = useAgents();
  const nameOf = ({ agent, model }: Task): string => {
    const name = agents.find(({ id }) => id === agent)?.name ?? agent;
    return model === null ? name : `${name} ${model}`;
  };
  const kept = tasks.find(({ id }) => id === comparison.keptTaskId);
  return (
    <li className="rounded-md hover:bg-hover">
      <Link
        to="/comparisons/$comparisonId"
        params={{ comparisonId: comparison.id }}
        className="flex min-h-11 items-center gap-3 rounded-md px-3 py-1.5"
      >
        <span className="flex gap-1">
          {tasks.map((task) => (
            <Mark key={task.id} mark={TASK_MARK[task.state]} />
          ))}
        </span>
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{titleOfTask(comparison)}</span>
          <span className="block truncate text-small text-ink-3">
            {kept === undefined
              ? text.comparison.progress(over, tasks.length)
              : `${text.comparison.kept}: ${nameOf(kept)}`}
            {' · '}
            {tasks.map(nameOf).join(', ')}
          </span>
        </span>
        <span className="text-small text-ink-3">
          <Ago at={comparison.createdAt} />
        </span>
      </Link>
    </li>
  );
}
