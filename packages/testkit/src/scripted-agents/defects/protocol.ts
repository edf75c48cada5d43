import type { Definition } from '../definition.ts';
import { hello } from '../scripted-agent.ts';
import { chunk, updateMessage } from '../scripted-peer.ts';

/** Messages that break JSON-RPC or the schema. */
export const protocolDefects = {
  'unknown-updates': {
    client: 'Pass over updates that it does not know or cannot read, and take all others.',
    turn: (peer, session) => {
      peer.update(session, { sessionUpdate: '_vendor/weather', sunny: true });
      peer.say(session, 'hello ');
      peer.update(session, {
        sessionUpdate: 'agent_message_chunk',
        content: { type: 'hologram', data: 'x' },
      });
      peer.update(session, { sessionUpdate: 'agent_message_chunk' });
      peer.say(session, 'from ');
      peer.update(session, { sessionUpdate: 'current_mode_update', modeId: 'ask' });
      peer.update(session, { sessionUpdate: 'usage_update', used: null, size: null });
      peer.update(session, { sessionUpdate: 'plan', entries: 'none' });
      peer.send({ method: 'session/update', params: { sessionId: session.id } });
      peer.send({ method: '_vendor/notification', params: {} });
      peer.say(session, peer.name);
    },
  },
  'string-ids': {
    client: 'Match the answer "1" to its request 1, or end the wait by a deadline with a clear error.',
    answer: (peer, id, result) => peer.answer(String(id), result),
  },
  'wrong-id': {
    client: 'Ignore the answer to an id that it never sent and take the right one after it.',
    answer: (peer, id, result) => {
      peer.answer(999_999, { sessionId: 'nobody', stopReason: 'refusal' });
      peer.fail(888_888, -32603, 'nobody asked');
      peer.answer(id, result);
    },
  },
  'answers-twice': {
    client: 'Take the first answer and ignore the second.',
    answer: (peer, id, result) => {
      peer.answer(id, result);
      peer.fail(id, -32603, 'a second answer');
    },
  },
  batch: {
    client: 'Take a batch apart, or end the turn with a clear error; never hang.',
    methods: {
      'session/prompt': (peer, id, params) => {
        const session = peer.sessions.get(String(params['sessionId']));
        const updates = session
          ? ['hello ', 'from ', peer.name].map((text) => updateMessage(session, chunk(text)))
          : [];
        const messages = [...updates, { id, result: { stopReason: 'end_turn' } }];
        peer.raw(
          `${JSON.stringify(messages.map((message) => Object.assign(message, { jsonrpc: '2.0' })))}\n`,
        );
      },
    },
  },
  'no-result': {
    client: 'End the turn with a clear error: the response has neither result nor error.',
    methods: {
      'session/prompt': (peer, id, params) => {
        const session = peer.sessions.get(String(params['sessionId']));
        if (session) hello(peer, session);
        peer.send({ id });
      },
    },
  },
  'wrong-version': {
    client: 'Refuse the agent with an error that names both versions, and end it.',
    protocolVersion: 7,
  },
  'unknown-stop-reason': {
    client: 'End the turn as done and pass the reason on.',
    turn: (peer, session) => {
      hello(peer, session);
      return 'coffee_break';
    },
  },
  'error-auth-new': {
    client: 'Say that the agent needs a login; start no second process for it.',
    methods: { 'session/new': (peer, id) => peer.fail(id, -32000, 'Authentication required') },
  },
  'error-auth-prompt': {
    client: 'End the turn saying that the agent needs a login; keep the session.',
    methods: { 'session/prompt': (peer, id) => peer.fail(id, -32000, 'Authentication required') },
  },
} satisfies Record<string, Definition>;
