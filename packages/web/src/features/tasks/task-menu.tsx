import { isTaskOver, TaskPriority, type Task } from '@pilotlight/protocol';
import { ChevronsDown, ChevronsUp, Ellipsis, Equal, RotateCcw, Square, Trash2 } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import * as words from '../../words/index.ts';
import { cancelTask, removeTask, retryTask, setPriority, titleOfTask } from './task-actions.ts';

const ICON = { size: 14, strokeWidth: 1.75 };
const PRIORITY_ICON = { high: ChevronsUp, normal: Equal, low: ChevronsDown };
const text = words.tasks;

/** What can be done with a task as it stands. */
export function TaskMenu({ task }: { task: Task }) {
  return (
    <Menu
      trigger={
        <IconButton
          label={text.actions(titleOfTask(task))}
          icon={<Ellipsis size={16} strokeWidth={1.75} />}
          className="mx-1"
        />
      }
      items={itemsOf(task)}
    />
  );
}

function itemsOf(task: Task): (MenuItem | null)[] {
  const retry = {
    label: text.retry,
    icon: <RotateCcw {...ICON} />,
    onSelect: () => void retryTask(task),
  };
  if (isTaskOver(task.state)) {
    const remove = {
      label: text.remove,
      icon: <Trash2 {...ICON} />,
      danger: true,
      onSelect: () => removeTask(task),
    };
    return [retry, null, remove];
  }
  const cancel = {
    label: text.cancel,
    icon: <Square {...ICON} />,
    danger: true,
    onSelect: () => cancelTask(task),
  };
  if (task.state !== 'waiting') return [cancel];
  const others = TaskPriority.options.toReversed().filter((priority) => priority !== task.priority);
  const priorities = others.map((priority) => {
    const Icon = PRIORITY_ICON[priority];
    return {
      label: text.withPriority[priority],
      icon: <Icon {...ICON} />,
      onSelect: () => setPriority(task, priority),
    };
  });
  return [...priorities, null, cancel];
}
