import type { Permission } from './entities.ts';
import type { IndexFrameEvent } from './frames.ts';
import type { IndexState } from './index-state.ts';

function without<T>(map: Record<string, T>, keep: (value: T, key: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([key, value]) => keep(value, key)));
}

function mapValues<T>(map: Record<string, T>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function withoutSessions(state: IndexState, gone: (sessionId: string) => boolean): IndexState {
  const chats = without(state.chats, (chat) => !gone(chat.sessionId));
  return {
    ...state,
    sessions: without(state.sessions, (session) => !gone(session.id)),
    chats,
    agentSessions: without(state.agentSessions, (row) => row.chatId in chats),
    permissions: without(state.permissions, (permission) => permission.chatId in chats),
    policies: without(state.policies, (policy) => !gone(policy.scopeId)),
    reviews: without(state.reviews, (review) => !gone(review.sessionId)),
    scripts: without(state.scripts, (scripts) => !gone(scripts.sessionId)),
  };
}

/** Only what is open is kept: an answered or cancelled one goes. */
function withPermission(open: IndexState['permissions'], permission: Permission): IndexState['permissions'] {
  if (permission.state === 'pending') return { ...open, [permission.id]: permission };
  return permission.id in open ? without(open, (_, id) => id !== permission.id) : open;
}

/** One step of the index topic. Removing a project or session removes what belonged to it; a task outlives its session. */
export function applyIndexEvent(state: IndexState, event: IndexFrameEvent): IndexState {
  switch (event.type) {
    case 'project':
      return { ...state, projects: { ...state.projects, [event.project.id]: event.project } };
    case 'project_removed': {
      const inside = new Set(
        Object.values(state.sessions)
          .filter((session) => session.projectId === event.projectId)
          .map((session) => session.id),
      );
      const rest = withoutSessions(state, (id) => inside.has(id));
      return {
        ...rest,
        projects: without(state.projects, (_, id) => id !== event.projectId),
        tasks: without(rest.tasks, (task) => task.projectId !== event.projectId),
        comparisons: without(rest.comparisons, (comparison) => comparison.projectId !== event.projectId),
        schedules: without(rest.schedules, (schedule) => schedule.projectId !== event.projectId),
        triggers: without(rest.triggers, (trigger) => trigger.projectId !== event.projectId),
        policies: without(rest.policies, (policy) => policy.scopeId !== event.projectId),
      };
    }
    case 'session':
      return { ...state, sessions: { ...state.sessions, [event.session.id]: event.session } };
    case 'session_removed':
      return withoutSessions(state, (id) => id === event.sessionId);
    case 'chat':
      return { ...state, chats: { ...state.chats, [event.chat.id]: event.chat } };
    case 'chat_removed':
      return {
        ...state,
        chats: without(state.chats, (_, id) => id !== event.chatId),
        agentSessions: without(state.agentSessions, (row) => row.chatId !== event.chatId),
        permissions: without(state.permissions, (permission) => permission.chatId !== event.chatId),
      };
    case 'agent_session': {
      const key = `${event.agentSession.chatId}/${event.agentSession.agent}`;
      return { ...state, agentSessions: { ...state.agentSessions, [key]: event.agentSession } };
    }
    case 'task':
      return { ...state, tasks: { ...state.tasks, [event.task.id]: event.task } };
    case 'task_removed':
      return { ...state, tasks: without(state.tasks, (_, id) => id !== event.taskId) };
    case 'comparison':
      return {
        ...state,
        comparisons: { ...state.comparisons, [event.comparison.id]: event.comparison },
      };
    case 'comparison_removed':
      return {
        ...state,
        comparisons: without(state.comparisons, (_, id) => id !== event.comparisonId),
        tasks: mapValues(state.tasks, (task) =>
          task.comparisonId === event.comparisonId ? { ...task, comparisonId: null } : task,
        ),
      };
    case 'schedule':
      return { ...state, schedules: { ...state.schedules, [event.schedule.id]: event.schedule } };
    case 'schedule_removed':
      return { ...state, schedules: without(state.schedules, (_, id) => id !== event.scheduleId) };
    case 'trigger':
      return { ...state, triggers: { ...state.triggers, [event.trigger.id]: event.trigger } };
    case 'trigger_removed':
      return { ...state, triggers: without(state.triggers, (_, id) => id !== event.triggerId) };
    case 'policy':
      return { ...state, policies: { ...state.policies, [event.policy.scopeId]: event.policy } };
    case 'review':
      return { ...state, reviews: { ...state.reviews, [event.review.sessionId]: event.review } };
    case 'scripts':
      return { ...state, scripts: { ...state.scripts, [event.scripts.sessionId]: event.scripts } };
    case 'permission':
      return { ...state, permissions: withPermission(state.permissions, event.permission) };
    default:
      // A newer server may send events this client does not know; they change nothing it can show.
      return state;
  }
}
