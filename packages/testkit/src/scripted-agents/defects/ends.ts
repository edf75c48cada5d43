import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Definition } from '../definition.ts';
import { line, updateMessage, type ScriptedPeer } from '../scripted-peer.ts';
import { cancelled, permission } from '../scripted-agent.ts';

const exit = (peer: ScriptedPeer): never => peer.exit();
const clear = 'End the turn with an error that names the exit code and the last lines of stderr';

/** Ends of the process or of its stdout at every point. */
export const endDefects = {
  'exit-at-start': {
    client: 'Fail the start with exit code and stderr; do not start it again in a loop.',
    start: exit,
  },
  'exit-at-initialize': {
    client: 'Fail the start with exit code and stderr; do not start it again in a loop.',
    methods: { initialize: exit },
  },
  'exit-at-new': {
    client: 'Fail the session with exit code and stderr; other sessions of the process are resumed.',
    methods: { 'session/new': exit },
  },
  'exit-at-prompt': { client: `${clear}; the next prompt starts a process and resumes.`, turn: exit },
  'exit-mid-text': {
    client: `${clear}; keep the text so far.`,
    turn: (peer, session) => {
      peer.say(session, 'hello ');
      peer.say(session, 'from ');
      peer.exit();
    },
  },
  'exit-mid-tool': {
    client: `${clear}; no tool stays running in the transcript.`,
    turn: (peer, session) => {
      const tool = { toolCallId: 'tool-1', title: 'Long work', kind: 'execute', status: 'in_progress' };
      peer.update(session, { sessionUpdate: 'tool_call', ...tool });
      peer.exit();
    },
  },
  'exit-with-permission-open': {
    client: `${clear}; the open question is released as cancelled.`,
    turn: (peer, session) => {
      void peer.request('session/request_permission', permission(session, 'tool-1'));
      peer.exit();
    },
  },
  'kill-self-mid-text': {
    client: 'End the turn with an error that names the signal; keep the text so far.',
    turn: async (peer, session) => {
      peer.say(session, 'hello ');
      process.kill(process.pid, 'SIGKILL');
      await cancelled(session);
    },
  },
  'grandchild-holds-pipe': {
    client: `${clear}, when the process ends and not when the pipe does; end the grandchild with the group.`,
    turn: (peer, session) => {
      // It ends by itself after ten minutes, should nobody end its group.
      const script = 'setTimeout(() => {}, 600_000)';
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'ignore'] });
      peer.say(session, `grandchild ${child.pid}`);
      peer.exit();
    },
  },
  'closes-stdout': {
    client: 'End the turn with a clear error when stdout ends, and end the process that lives on.',
    turn: async (peer, session) => {
      peer.say(session, 'hello ');
      closeSync(1);
      await cancelled(session);
      return 'no-response';
    },
  },
  'half-line-then-exit': {
    client: `${clear}; the half message is dropped.`,
    turn: (peer, session) => {
      peer.say(session, 'hello ');
      const text = line(updateMessage(session, { sessionUpdate: 'agent_message_chunk', content: {} }));
      peer.raw(text.slice(0, text.length / 2));
      peer.exit();
    },
  },
} satisfies Record<string, Definition>;
