import type { ContentBlock, Task, TaskOrigin, TaskTemplate } from '@pilotlight/protocol';
import type { Store } from '../../store/store.ts';
import type { TaskSecrets } from '../../store/tasks.ts';
import { checkContent } from '../check-content.ts';
import { promptToParts, titleOf } from '../prompt-content.ts';

/** How much of the prompt goes to every client with the list. */
const TEXT_CHARACTERS = 2000;

export interface NewTask {
  id: string;
  turnId: string;
  projectId: string;
  agent: string;
  origin: TaskOrigin;
  comparisonId?: string | null;
  fields: Omit<TaskTemplate, 'agent'>;
}

/**
 * A task that waits, with what is kept of it besides.
 * @throws PilotlightError as `checkContent`
 */
export function newTask(
  { id, turnId, projectId, agent, origin, comparisonId = null, fields }: NewTask,
  blobs: Store['blobs'],
  now: number,
): { task: Task; secrets: TaskSecrets } {
  const { webhook } = fields;
  const task: Task = {
    id,
    projectId,
    title: fields.title ?? titleOf(fields.content),
    text: textOf(fields.content),
    agent,
    model: fields.model ?? null,
    base: fields.base ?? null,
    inPlace: fields.inPlace,
    mode: fields.mode ?? null,
    state: 'waiting',
    priority: fields.priority,
    timeLimitMs: fields.timeLimitMs ?? null,
    budget: fields.budget ?? null,
    retries: fields.retries,
    failedStarts: 0,
    retryAt: null,
    sessionId: null,
    chatId: null,
    turnId,
    comparisonId,
    origin,
    createdAt: now,
    startedAt: null,
    endedAt: null,
    error: null,
    result: null,
    webhook:
      webhook === undefined
        ? null
        : {
            url: webhook.url,
            signed: webhook.secret !== undefined,
            state: 'waiting',
            attempts: 0,
            status: null,
            error: null,
            at: null,
            nextAt: null,
          },
  };
  const prompt = promptToParts(checkContent(fields.content), blobs);
  return { task, secrets: { prompt, webhookSecret: webhook?.secret ?? null } };
}

function textOf(content: ContentBlock[]): string {
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n');
  return text.slice(0, TEXT_CHARACTERS).toWellFormed();
}
