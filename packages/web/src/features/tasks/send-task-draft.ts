import { server } from '../../live/server.ts';
import { useLastUsed } from '../board/last-used.ts';
import type { TaskFormRequest } from './open-task-form.ts';
import { showSecret } from './shown-secret.ts';
import { comparisonOf, taskOf, templateOf, type TaskDraft } from './task-draft.ts';

/** Where somebody who sent the form is led; null: stays where they are. */
export type Sent = { comparisonId: string } | { taskId: string } | null;

/** @param fallback the agent of those that name none. @throws PilotlightError what the server says */
export async function sendTaskDraft(
  request: TaskFormRequest,
  draft: TaskDraft,
  projectId: string,
  fallback: string,
): Promise<Sent> {
  const { name, cron, timeZone, overlap, missed } = draft;
  if (request.kind === 'task') {
    useLastUsed.setState({ projectId, agent: draft.candidates[0]?.agent ?? fallback });
    if (draft.candidates.length > 1) {
      const { comparison } = await server.createComparison(comparisonOf(draft, projectId, fallback));
      return { comparisonId: comparison.id };
    }
    return { taskId: (await server.createTask(taskOf(draft, projectId))).task.id };
  }
  const called = name.trim() === '' ? (draft.prompt.trim().split('\n')[0] ?? '').slice(0, 60) : name.trim();
  if (request.kind === 'schedule') {
    const when = { name: called, cron, timeZone, overlap, missed };
    const task = templateOf(draft, request.schedule?.task);
    if (request.schedule === undefined) await server.createSchedule({ projectId, ...when, task });
    else await server.updateSchedule(request.schedule.id, { ...when, task });
    return null;
  }
  const task = templateOf(draft, request.trigger?.task);
  if (request.trigger === undefined)
    showSecret(await server.createTrigger({ projectId, name: called, task }));
  else await server.updateTrigger(request.trigger.id, { name: called, task });
  return null;
}
