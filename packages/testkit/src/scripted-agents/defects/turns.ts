import type { Definition } from '../definition.ts';
import { hello, permission } from '../scripted-agent.ts';

/** Turns whose updates, tools and questions come in an order that nobody expects. */
export const turnDefects = {
  'updates-after-end': {
    client: 'Keep what comes after the response with the chat, and never count it to the next turn.',
    turn: (peer, session) => {
      if (session.turns > 1) peer.say(session, 'late from before ');
      hello(peer, session);
    },
    afterTurn: (peer, session) => {
      for (const text of [' after', ' the', ' end']) peer.say(session, text);
    },
  },
  'permission-left-open': {
    client: 'Release the open question as cancelled when the turn ends, and answer it exactly once.',
    turn: (peer, session) => {
      hello(peer, session);
      void peer.request('session/request_permission', permission(session, 'tool-1'));
    },
  },
  'permission-never-listed-tool': {
    client: 'Show the question with what it says itself, and make the tool from the update that follows.',
    turn: async (peer, session) => {
      const answer = await peer.request('session/request_permission', permission(session, 'ghost'));
      const result = { toolCallId: 'ghost', status: 'completed', rawOutput: answer.result ?? answer.error };
      peer.update(session, { sessionUpdate: 'tool_call_update', ...result });
      hello(peer, session);
    },
  },
  'duplicate-chunks-in-tools': {
    client: 'Make one tool call of all updates of an id, and never let it run backwards.',
    turn: (peer, session) => {
      const early = { toolCallId: 'early', status: 'in_progress' };
      peer.update(session, { sessionUpdate: 'tool_call_update', ...early });
      const later = { toolCallId: 'early', title: 'Announced late', kind: 'read', status: 'pending' };
      peer.update(session, { sessionUpdate: 'tool_call', ...later });
      peer.update(session, { sessionUpdate: 'tool_call_update', toolCallId: 'early', status: 'completed' });
      peer.update(session, { sessionUpdate: 'tool_call', toolCallId: 'bare', title: 'Bare' });
      peer.update(session, { sessionUpdate: 'tool_call', toolCallId: 'bare', title: 'Bare' });
      peer.update(session, { sessionUpdate: 'tool_call_update', toolCallId: 'bare' });
      hello(peer, session);
    },
  },
  'many-sessions': {
    client: 'Keep sessions apart whose chunks are mixed in one stream, also with a prompt in each at a time.',
    turn: async (peer, session, text) => {
      for (let n = 1; n <= 20; n++) {
        peer.say(session, `${session.id}:${text}:${n}\n`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  },
} satisfies Record<string, Definition>;
