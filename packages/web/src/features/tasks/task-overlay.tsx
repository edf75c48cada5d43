import { useNavigate } from '@tanstack/react-router';
import { useCommands } from '../../app/commands.ts';
import { late } from '../../ui/late.tsx';
import * as words from '../../words/index.ts';
import { openTaskForm, useTaskForm } from './open-task-form.ts';
import { useShownSecret } from './shown-secret.ts';

const TaskFormDialog = late(async () => (await import('./task-form-dialog.tsx')).TaskFormDialog);
const SecretDialog = late(async () => (await import('./secret-dialog.tsx')).SecretDialog);

/** The form of a task and the secret of a trigger, over any place; and what can be done about tasks from anywhere. */
export function TaskOverlay() {
  const { request, opened } = useTaskForm();
  const shown = useShownSecret((state) => state.shown);
  const navigate = useNavigate();
  const { commands, title: group } = words.tasks;
  useCommands([
    {
      id: 'go.tasks',
      title: commands.go,
      group: words.frame.group,
      keys: 'g t',
      run: () => void navigate({ to: '/tasks' }),
    },
    { id: 'task.new', title: commands.new, group, keys: 't', run: () => openTaskForm({ kind: 'task' }) },
    { id: 'schedule.new', title: commands.schedule, group, run: () => openTaskForm({ kind: 'schedule' }) },
    { id: 'trigger.new', title: commands.trigger, group, run: () => openTaskForm({ kind: 'trigger' }) },
  ]);
  return (
    <>
      {request === null ? null : <TaskFormDialog key={opened} request={request} />}
      {shown === null ? null : <SecretDialog {...shown} />}
    </>
  );
}
