import { existsSync, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Definition } from '../definition.ts';
import { cancelled } from '../scripted-agent.ts';

const forever = (): Promise<never> => new Promise(() => {});

/** Answers that never come, come late, or signals that change nothing. */
export const silenceDefects = {
  'never-answers-initialize': {
    client: 'End the agent after the deadline for a start, with a clear error.',
    methods: { initialize: () => {} },
  },
  'never-answers-new': {
    client: 'Give up the session after its deadline; other sessions of the process go on.',
    methods: { 'session/new': () => {} },
  },
  'never-answers-prompt': {
    client: 'Keep the turn running; after a cancel and its deadline, end the process.',
    turn: forever,
    cancel: () => {},
  },
  'ignores-cancel': {
    client: 'After a cancel and its deadline, end the process; what it says until then belongs to the turn.',
    turn: (peer, session) => {
      peer.say(session, 'hello ');
      return forever();
    },
    cancel: (peer, session) => peer.say(session, 'still working '),
  },
  'slow-start': {
    client:
      'Wait within the deadline for a start; prompts queue meanwhile. The argument is the file that releases it.',
    beforeRequest: (peer, message) => {
      if (message.method === 'initialize') return fileExists(peer.args[0] ?? '');
      return undefined;
    },
  },
  'stops-itself': {
    client: 'Notice by a deadline that nothing comes from a stopped process, and end it with SIGKILL.',
    turn: async (peer, session) => {
      peer.say(session, 'hello ');
      process.kill(process.pid, 'SIGSTOP');
      // Only somebody's SIGCONT leads here.
      await cancelled(session);
      return 'cancelled';
    },
  },
  'ignores-sigterm': {
    client: 'End it with SIGKILL when neither the end of stdin nor SIGTERM does.',
    start: () => {
      for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
      setInterval(() => {}, 2 ** 30);
    },
    inputEnd: () => {},
  },
} satisfies Record<string, Definition>;

async function fileExists(path: string): Promise<void> {
  const file = resolve(path);
  const watcher = watch(dirname(file));
  await new Promise<void>((done) => {
    const check = (): void => (existsSync(file) ? done() : undefined);
    watcher.on('change', check);
    check();
  });
  watcher.close();
}
