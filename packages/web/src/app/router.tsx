import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { BoardPage } from '../features/board/board-page.tsx';
import { Frame } from '../features/frame/frame.tsx';
import { Overlays } from './overlays.tsx';
import { NoPlace, PlaceError } from './place-error.tsx';

const root = createRootRoute({
  component: () => (
    <>
      <Frame />
      <Overlays />
    </>
  ),
});

const board = createRoute({ getParentRoute: () => root, path: '/', component: BoardPage });

/** What a link to a session may name beside it. */
export interface SessionSearch {
  /** the chat shown; the newest when left out */
  chat?: string;
  /** further panes, chats side by side, comma-separated */
  beside?: string;
  /** a message to go to */
  message?: string;
  /** which changes are reviewed, in the chats' place; see `Scope` */
  review?: string;
  /** the file that is open in the review */
  file?: string;
}

/** The largest part of the page; fetched behind the first paint, so that a session still opens at once. */
export const loadSessionPage = () => import('../features/session/session-page.tsx');

const session = createRoute({
  getParentRoute: () => root,
  path: '/sessions/$sessionId',
  component: lazyRouteComponent(loadSessionPage, 'SessionPage'),
  validateSearch: (search): SessionSearch => ({
    ...text(search, 'chat'),
    ...text(search, 'beside'),
    ...text(search, 'message'),
    ...text(search, 'review'),
    ...text(search, 'file'),
  }),
});

const inbox = createRoute({
  getParentRoute: () => root,
  path: '/inbox',
  component: lazyRouteComponent(() => import('../features/questions/inbox-page.tsx'), 'InboxPage'),
});

const tasks = createRoute({
  getParentRoute: () => root,
  path: '/tasks',
  component: lazyRouteComponent(() => import('../features/tasks/tasks-page.tsx'), 'TasksPage'),
});

const task = createRoute({
  getParentRoute: () => root,
  path: '/tasks/$taskId',
  component: lazyRouteComponent(() => import('../features/tasks/task-page.tsx'), 'TaskPage'),
});

const comparison = createRoute({
  getParentRoute: () => root,
  path: '/comparisons/$comparisonId',
  component: lazyRouteComponent(() => import('../features/tasks/compare-page.tsx'), 'ComparePage'),
});

const agents = createRoute({
  getParentRoute: () => root,
  path: '/agents',
  component: lazyRouteComponent(() => import('../features/agents/agents-page.tsx'), 'AgentsPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([board, session, inbox, tasks, task, comparison, agents, settings]),
  defaultPreload: 'intent',
  defaultErrorComponent: PlaceError,
  defaultNotFoundComponent: NoPlace,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function text<K extends keyof SessionSearch>(
  search: Record<string, unknown>,
  key: K,
): Pick<SessionSearch, K> | object {
  const value = search[key];
  return typeof value === 'string' && value !== '' ? { [key]: value } : {};
}
