import type { ComparisonList, ScheduleList, TriggerList } from '@pilotlight/protocol';
import type { Client } from './client.ts';
import type { HttpCaller } from './http-caller.ts';

/** What a client asks about tasks and what makes them, but for the first three. */
type TaskCalls = Pick<
  Client,
  | 'updateTask'
  | 'cancelTask'
  | 'retryTask'
  | 'removeTask'
  | 'createComparison'
  | 'listComparisons'
  | 'getComparison'
  | 'keepOne'
  | 'removeComparison'
  | 'createSchedule'
  | 'listSchedules'
  | 'getSchedule'
  | 'updateSchedule'
  | 'removeSchedule'
  | 'nextOccurrences'
  | 'createTrigger'
  | 'listTriggers'
  | 'getTrigger'
  | 'updateTrigger'
  | 'removeTrigger'
>;

export function taskCalls(http: HttpCaller): TaskCalls {
  const send = http.json.bind(http);
  return {
    updateTask: (id, body) => send('PATCH', `/api/tasks/${enc(id)}`, { body }),
    cancelTask: (id) => send('POST', `/api/tasks/${enc(id)}/cancel`),
    retryTask: (id, body) => send('POST', `/api/tasks/${enc(id)}/retry`, { body }),
    removeTask: (id) => send('DELETE', `/api/tasks/${enc(id)}`),

    createComparison: (body) => send('POST', '/api/comparisons', { body }),
    listComparisons: async () => (await http.json<ComparisonList>('GET', '/api/comparisons')).comparisons,
    getComparison: (id) => send('GET', `/api/comparisons/${enc(id)}`),
    keepOne: (id, taskId) => send('POST', `/api/comparisons/${enc(id)}/keep`, { body: { taskId } }),
    removeComparison: (id) => send('DELETE', `/api/comparisons/${enc(id)}`),

    createSchedule: (body) => send('POST', '/api/schedules', { body }),
    listSchedules: async () => (await http.json<ScheduleList>('GET', '/api/schedules')).schedules,
    getSchedule: (id) => send('GET', `/api/schedules/${enc(id)}`),
    updateSchedule: (id, body) => send('PATCH', `/api/schedules/${enc(id)}`, { body }),
    removeSchedule: (id) => send('DELETE', `/api/schedules/${enc(id)}`),
    nextOccurrences: (cron, timeZone, signal) =>
      send('GET', '/api/schedules/next', { query: { cron, timeZone }, signal }),

    createTrigger: (body) => send('POST', '/api/triggers', { body }),
    listTriggers: async () => (await http.json<TriggerList>('GET', '/api/triggers')).triggers,
    getTrigger: (id) => send('GET', `/api/triggers/${enc(id)}`),
    updateTrigger: (id, body) => send('PATCH', `/api/triggers/${enc(id)}`, { body }),
    removeTrigger: (id) => send('DELETE', `/api/triggers/${enc(id)}`),
  };
}

const enc = encodeURIComponent;
