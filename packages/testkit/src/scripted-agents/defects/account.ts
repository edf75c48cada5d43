import type { Definition } from '../definition.ts';
import { hello, openSession } from '../scripted-agent.ts';

/** It knows a key, or somebody has logged in by its own method. */
let isLoggedIn = process.env['SCRIPTED_KEY'] !== undefined;

/** Agents whose account keeps them from working. */
export const accountDefects = {
  'needs-login': {
    client: 'Say how to log in, keep the prompt, and send it when somebody has.',
    authMethods: [
      { id: 'browser', name: 'Log in with a browser', description: 'Opens a page' },
      { type: 'env_var', id: 'key', name: 'Use a key', vars: [{ name: 'SCRIPTED_KEY' }] },
      { type: 'terminal', id: 'terminal', name: 'Log in in a terminal', args: ['--login'] },
    ],
    methods: {
      authenticate: (peer, id, { methodId }) => {
        if (methodId !== 'browser') return peer.fail(id, -32602, `there is no method ${String(methodId)}`);
        isLoggedIn = true;
        peer.answer(id, {});
      },
      'session/new': (peer, id, params) => {
        if (isLoggedIn) peer.answer(id, { sessionId: openSession(peer, undefined, params).id });
        else peer.fail(id, -32000, 'Authentication required');
      },
    },
    turn: (peer, session) => {
      hello(peer, session);
      // Who holds the key may say so in its words; a client must not show it by itself.
      peer.say(session, process.env['SCRIPTED_KEY'] === undefined ? ' by browser' : ' by key');
    },
  },
  'model-needs-key': {
    client:
      'Take the refusal of its model for a login that is needed, in an error and in words (`in-words`).',
    turn: (peer, session) => {
      if (isLoggedIn) return hello(peer, session);
      if (peer.args[0] !== 'in-words') return 'refused';
      peer.say(session, 'Info: Request failed due to a transient API error. Retrying...');
      peer.say(session, 'Error: Authentication failed with provider at http://model (HTTP 401).');
    },
    answer: (peer, id, result) => {
      const isRefusal = (result as { stopReason?: string }).stopReason === 'refused';
      if (isRefusal) peer.fail(id, -32603, 'Internal error: No valid API key was provided.');
      else peer.answer(id, result);
    },
  },
  'usage-limit': {
    client: 'Keep the prompt until the limit resets, and show nothing of the refusal as an answer.',
    methods: {
      'session/prompt': (peer, id, params) => {
        const session = peer.sessions.get(String(params['sessionId']));
        const words = `You've hit your usage limit. Try again in ${peer.args[0] ?? '2 hours'}.`;
        if (session !== undefined) peer.say(session, words);
        peer.fail(id, -32603, `Internal error: ${words}`);
      },
    },
  },
} satisfies Record<string, Definition>;
