import type { Part, Task, TaskState } from '@pilotlight/protocol';
import { json, number, text, textOrNull, word } from './columns.ts';
import type { Database, Row } from './database.ts';

/** What a task carries that nobody is shown, or not in lists. */
export interface TaskSecrets {
  /** the whole prompt */
  prompt: Part[];
  webhookSecret: string | null;
}

export interface TaskTable {
  insert(task: Task, secrets: TaskSecrets): void;
  /** everything but its secrets, project, origin and creation */
  update(task: Task): void;
  get(id: string): Task | null;
  secrets(id: string): TaskSecrets | null;
  /** oldest first */
  list(projectId?: string): Task[];
  /** those that are not over, oldest first */
  open(): Task[];
  /** those whose webhook is still to be told */
  untold(): Task[];
  /** the newest one a schedule made */
  lastOfSchedule(scheduleId: string): Task | null;
  remove(id: string): void;
  /** ids of ended ones beyond the newest `keep`, those of comparisons left out */
  beyond(keep: number): string[];
}

/** The fields that have a column of their own. */
const COLUMNS = [
  'id',
  'projectId',
  'sessionId',
  'chatId',
  'turnId',
  'state',
  'comparisonId',
  'createdAt',
] as const;
type Facts = Omit<Task, (typeof COLUMNS)[number]>;

function factsOf(task: Task): string {
  const own = new Set<string>(COLUMNS);
  return JSON.stringify(Object.fromEntries(Object.entries(task).filter(([key]) => !own.has(key))));
}

function fromRow(row: Row): Task {
  return {
    ...json<Facts>(row, 'facts_json'),
    id: text(row, 'id'),
    projectId: text(row, 'project_id'),
    sessionId: textOrNull(row, 'session_id'),
    chatId: textOrNull(row, 'chat_id'),
    turnId: text(row, 'turn_id'),
    state: word<TaskState>(row, 'state'),
    comparisonId: textOrNull(row, 'comparison_id'),
    createdAt: number(row, 'created_at'),
  };
}

/** Word for word as the index has it, which the planner takes only then. */
const OPEN = `state IN ('waiting', 'starting', 'running', 'needs_you', 'held')`;

export function taskTable(database: Database): TaskTable {
  const insert = database.prepare(
    `INSERT INTO tasks (session_id, chat_id, turn_id, state, comparison_id, facts_json, id, project_id, schedule_id,
       created_at, prompt_json, webhook_secret)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare(
    `UPDATE tasks SET session_id = ?, chat_id = ?, turn_id = ?, state = ?, comparison_id = ?, facts_json = ?
     WHERE id = ?`,
  );
  const get = database.prepare('SELECT * FROM tasks WHERE id = ?');
  const secrets = database.prepare('SELECT prompt_json, webhook_secret FROM tasks WHERE id = ?');
  const list = database.prepare('SELECT * FROM tasks ORDER BY created_at, rowid');
  const listOfProject = database.prepare(
    'SELECT * FROM tasks WHERE project_id = ? ORDER BY created_at, rowid',
  );
  const open = database.prepare(`SELECT * FROM tasks WHERE ${OPEN} ORDER BY created_at, rowid`);
  const untold = database.prepare(
    `SELECT * FROM tasks WHERE json_extract(facts_json, '$.webhook.state') = 'pending' ORDER BY created_at, rowid`,
  );
  const lastOfSchedule = database.prepare(
    'SELECT * FROM tasks WHERE schedule_id = ? ORDER BY created_at DESC, rowid DESC LIMIT 1',
  );
  const remove = database.prepare('DELETE FROM tasks WHERE id = ?');
  const beyond = database.prepare(
    `SELECT id FROM tasks WHERE NOT ${OPEN} AND comparison_id IS NULL ORDER BY created_at DESC, rowid DESC
     LIMIT -1 OFFSET ?`,
  );
  const changing = (task: Task) =>
    [
      task.sessionId,
      task.chatId,
      task.turnId,
      task.state,
      task.comparisonId,
      factsOf(task),
      task.id,
    ] as const;
  const one = (row: Row | null) => (row === null ? null : fromRow(row));
  return {
    insert(task, { prompt, webhookSecret }) {
      const scheduleId = task.origin.type === 'schedule' ? task.origin.scheduleId : null;
      const fixed = [task.projectId, scheduleId, task.createdAt, JSON.stringify(prompt), webhookSecret];
      insert.run(...changing(task), ...fixed);
    },
    update: (task) => update.run(...changing(task)),
    get: (id) => one(get.get(id)),
    secrets(id) {
      const row = secrets.get(id);
      if (row === null) return null;
      return { prompt: json<Part[]>(row, 'prompt_json'), webhookSecret: textOrNull(row, 'webhook_secret') };
    },
    list: (projectId) => (projectId === undefined ? list.all() : listOfProject.all(projectId)).map(fromRow),
    open: () => open.all().map(fromRow),
    untold: () => untold.all().map(fromRow),
    lastOfSchedule: (scheduleId) => one(lastOfSchedule.get(scheduleId)),
    remove: (id) => remove.run(id),
    beyond: (keep) => beyond.all(keep).map((row) => text(row, 'id')),
  };
}
