import { isTaskOver, type Comparison, type Task } from '@pilotlight/protocol';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useViewport } from '../../app/viewport.ts';
import { useIndex, useIsIndexLoaded } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/empty.tsx';
import { Mark } from '../../ui/mark.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { useAgentName } from '../board/reads.ts';
import { CompareColumn } from './compare-column.tsx';
import { KeepDialog } from './keep-dialog.tsx';
import { titleOfTask } from './task-actions.ts';
import { TASK_MARK } from './task-mark.ts';

const text = words.tasks.comparison;

/** What several agents made of one prompt, side by side; one after the other on a phone. */
export function ComparePage() {
  const { comparisonId = '' } = useParams({ strict: false });
  const comparison = useIndex((index) => index.comparisons[comparisonId]);
  const isLoaded = useIsIndexLoaded();
  if (comparison === undefined) return isLoaded ? <Empty>{words.tasks.comparisonGone}</Empty> : null;
  return <Columns comparison={comparison} />;
}

function Columns({ comparison }: { comparison: Comparison }) {
  const navigate = useNavigate();
  const isPhone = useViewport() === 'phone';
  const tasks = useIndex((index) => comparison.taskIds.flatMap((id) => index.tasks[id] ?? []));
  const [keeping, setKeeping] = useState<Task | null>(null);
  const [tab, setTab] = useState(0);
  const over = tasks.filter(({ state }) => isTaskOver(state)).length;
  const forget = (): void => {
    server.removeComparison(comparison.id).then(() => navigate({ to: '/tasks' }), showError);
  };
  const shown = isPhone ? tasks.slice(tab, tab + 1) : tasks;
  return (
    <div className="flex h-full flex-col">
      <header className="flex min-h-12 shrink-0 items-center gap-3 px-4 py-2 phone:px-6">
        <div className="min-w-0 flex-1">
          <h1 className="truncate text-title font-semibold">{titleOfTask(comparison)}</h1>
          <p className="truncate text-small text-ink-3">
            {text.progress(over, tasks.length)}
            {comparison.baseCommit === null ? '' : ` · ${text.from(comparison.baseCommit)}`}
          </p>
        </div>
        <IconButton label={text.remove} icon={<Trash2 size={16} strokeWidth={1.75} />} onClick={forget} />
      </header>
      {isPhone ? <Tabs tasks={tasks} tab={tab} onTab={setTab} /> : null}
      <div
        className={cx(
          'grid min-h-0 flex-1 auto-cols-[minmax(300px,1fr)] grid-flow-col overflow-x-auto border-t border-line',
          isPhone && 'auto-cols-[100%]',
        )}
      >
        {shown.map((task) => (
          <CompareColumn
            key={task.id}
            task={task}
            keptTaskId={comparison.keptTaskId}
            onKeep={() => setKeeping(task)}
          />
        ))}
      </div>
      {keeping === null ? null : (
        <KeepDialog comparisonId={comparison.id} task={keeping} onClose={() => setKeeping(null)} />
      )}
    </div>
  );
}

function Tabs(props: { tasks: readonly Task[]; tab: number; onTab(tab: number): void }) {
  const { tasks, tab, onTab } = props;
  return (
    <div role="tablist" aria-label={text.columns} className="flex shrink-0 overflow-x-auto px-2">
      {tasks.map((task, at) => (
        <button
          key={task.id}
          type="button"
          role="tab"
          id={`tab-${task.id}`}
          aria-selected={at === tab}
          aria-controls={`candidate-${task.id}`}
          onClick={() => onTab(at)}
          className={cx(
            'flex h-11 shrink-0 items-center gap-2 border-b-2 px-3',
            at === tab ? 'border-flame font-medium' : 'border-transparent text-ink-2',
          )}
        >
          <Mark mark={TASK_MARK[task.state]} />
          <Who task={task} />
        </button>
      ))}
    </div>
  );
}

function Who({ task: { agent, model } }: { task: Task }) {
  const name = useAgentName(agent);
  return model === null ? name : `${name} ${model}`;
}
