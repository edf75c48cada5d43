import type {
  CreateComparison,
  CreateSchedule,
  CreateTask,
  PolicyMode,
  Schedule,
  ShownTemplate,
  TaskBudget,
  TaskPriority,
} from '@pilotlight/protocol';
import { newId } from '@pilotlight/protocol';
import { toBlock, type Attachment } from '../composer/attachments.ts';
import type { TaskFormRequest } from './open-task-form.ts';

export interface Candidate {
  /** null: the first agent that is found */
  agent: string | null;
  /** '': as the agent has it */
  model: string;
}

/** What the form holds, as it is typed. */
export interface TaskDraft {
  prompt: string;
  /** of a task or a comparison; what makes tasks has none, since every client is told all of it */
  attachments: Attachment[];
  projectId: string | null;
  base: string | null;
  /** works in the project's own folder; only a task that is one alone can */
  inPlace: boolean;
  /** '': the first words of the prompt */
  title: string;
  /** more than one: they are compared */
  candidates: Candidate[];
  priority: TaskPriority;
  minutes: string;
  /** of money, in `currency` */
  budget: string;
  currency: string;
  tokens: string;
  /** '': as often as the server says */
  retries: string;
  mode: PolicyMode | null;
  webhookUrl: string;
  webhookSecret: string;
  name: string;
  cron: string;
  timeZone: string;
  overlap: Schedule['overlap'];
  missed: Schedule['missed'];
}

/** @param projectId the one to begin with */
export function draftOf(request: TaskFormRequest, projectId: string | null, agent: string | null): TaskDraft {
  const source =
    request.kind === 'schedule' ? request.schedule : request.kind === 'trigger' ? request.trigger : undefined;
  const task = source?.task;
  const schedule = request.kind === 'schedule' ? request.schedule : undefined;
  return {
    attachments: [],
    prompt: task === undefined ? '' : promptOf(task),
    projectId: source?.projectId ?? projectId,
    base: task?.base ?? null,
    inPlace: task?.inPlace ?? false,
    title: task?.title ?? '',
    candidates: [{ agent: task?.agent ?? agent, model: task?.model ?? '' }],
    priority: task?.priority ?? 'normal',
    minutes: task?.timeLimitMs === undefined ? '' : String(task.timeLimitMs / 60_000),
    budget: task?.budget?.cost == null ? '' : String(task.budget.cost.amount),
    currency: task?.budget?.cost?.currency ?? 'USD',
    tokens: task?.budget?.tokens == null ? '' : String(task.budget.tokens),
    retries: task === undefined ? '' : String(task.retries),
    mode: task?.mode ?? null,
    webhookUrl: task?.webhook?.url ?? '',
    webhookSecret: '',
    name: source?.name ?? '',
    cron: schedule?.cron ?? '0 3 * * *',
    timeZone: schedule?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    overlap: schedule?.overlap ?? 'skip',
    missed: schedule?.missed ?? 'run_once',
  };
}

function promptOf({ content }: ShownTemplate): string {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n');
}

/** What all of them have in common, whoever does it. */
type Common = Omit<CreateComparison, 'id' | 'projectId' | 'candidates'>;

/** `before`: of a template that is changed, for what the form does not show: what goes along with its words. */
export function commonOf(draft: TaskDraft, before?: ShownTemplate): Common {
  const minutes = Number(draft.minutes);
  const title = draft.title.trim();
  const url = draft.webhookUrl.trim();
  const secret = draft.webhookSecret.trim();
  const kept = before?.content.filter(({ type }) => type !== 'text') ?? [];
  const budget = budgetOf(draft);
  return {
    content: [{ type: 'text', text: draft.prompt.trim() }, ...kept, ...draft.attachments.map(toBlock)],
    priority: draft.priority,
    ...(title === '' ? {} : { title }),
    ...(draft.retries === '' ? {} : { retries: Number(draft.retries) }),
    ...(draft.base === null || draft.inPlace ? {} : { base: draft.base }),
    ...(minutes > 0 ? { timeLimitMs: Math.round(minutes * 60_000) } : {}),
    ...(budget === null ? {} : { budget }),
    ...(draft.mode === null ? {} : { mode: draft.mode }),
    ...(url === '' ? {} : { webhook: { url, ...(secret === '' ? {} : { secret }) } }),
  };
}

function budgetOf({ budget, currency, tokens }: TaskDraft): TaskBudget | null {
  const [amount, count] = [Number(budget), Number(tokens)];
  if (!(amount > 0 || count > 0)) return null;
  const cost = amount > 0 ? { amount, currency: currency.trim().toUpperCase() || 'USD' } : null;
  return { cost, tokens: count > 0 ? count : null };
}

type Template = CreateSchedule['task'];

const chosen = ({ agent, model }: Candidate) => ({
  ...(agent === null ? {} : { agent }),
  ...(model.trim() === '' ? {} : { model: model.trim() }),
});

/** The task of a schedule or trigger. */
export function templateOf(draft: TaskDraft, before?: ShownTemplate): Template {
  const [first = { agent: null, model: '' }] = draft.candidates;
  return { ...commonOf(draft, before), ...chosen(first), inPlace: draft.inPlace };
}

export function taskOf(draft: TaskDraft, projectId: string): CreateTask {
  const ids = { id: newId('task'), turnId: newId('turn') };
  return { ...ids, projectId, ...templateOf(draft) };
}

/** @param fallback the agent of a candidate that names none */
export function comparisonOf(draft: TaskDraft, projectId: string, fallback: string): CreateComparison {
  return {
    id: newId('comparison'),
    projectId,
    ...commonOf(draft),
    candidates: draft.candidates.map((candidate) => ({
      taskId: newId('task'),
      turnId: newId('turn'),
      agent: fallback,
      ...chosen(candidate),
    })),
  };
}
