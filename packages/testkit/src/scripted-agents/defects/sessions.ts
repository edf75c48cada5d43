import type { Definition } from '../definition.ts';
import { openSession, replayPast } from '../scripted-agent.ts';

const close = { close: {} };

/** Agents that bring sessions back in their own way, or not at all. */
export const sessionDefects = {
  'no-resume': {
    client: 'Begin a new session after a restart, and say that the context was lost.',
    capabilities: { sessionCapabilities: close },
    methods: {
      'session/resume': (peer, id) => peer.fail(id, -32601, 'no-resume: there is no method session/resume'),
      'session/load': (peer, id) => peer.fail(id, -32601, 'no-resume: there is no method session/load'),
    },
  },
  'load-only': {
    client: 'Bring the session back with load, and show nothing of its replay a second time.',
    capabilities: { loadSession: true, sessionCapabilities: close },
    methods: {
      'session/resume': (peer, id) => peer.fail(id, -32601, 'load-only: there is no method session/resume'),
    },
  },
  'load-replay-late': {
    client:
      'Take what comes after the load response for what it is, the rest of the replay, and not for a turn.',
    capabilities: { loadSession: true, sessionCapabilities: close },
    methods: {
      'session/load': (peer, id, params) => {
        const session = openSession(peer, String(params['sessionId']), params);
        replayPast(peer, session);
        peer.answer(id, {});
        replayPast(peer, session);
      },
    },
  },
  'resume-replays': {
    client: 'Show nothing a second time although resume must not replay.',
    methods: {
      'session/resume': (peer, id, params) => {
        replayPast(peer, openSession(peer, String(params['sessionId']), params));
        peer.answer(id, {});
      },
    },
  },
} satisfies Record<string, Definition>;
