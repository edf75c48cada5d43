import { lstatSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Definition } from '../definition.ts';
import type { Message, ScriptedPeer, ScriptedSession } from '../scripted-peer.ts';

/** Agents that use the methods of the client, the first one where it must not. */
export const clientMethodDefects = {
  'fs-escape': {
    client: 'Serve files inside of the cwd only: no absolute path, no `..` and no symbolic link leads out.',
    turn: async (peer, session) => {
      for (const path of readPaths(session.cwd)) {
        await report(peer, session, `read ${path}`, 'fs/read_text_file', { path });
      }
      for (const path of writePaths(session.cwd)) {
        await report(peer, session, `write ${path}`, 'fs/write_text_file', { path, content: 'escaped' });
      }
    },
  },
  'terminal-user': {
    client:
      'Offer terminals that run, end, are killed and released as the protocol says, or refuse them all.',
    turn: async (peer, session) => {
      const echo = { command: 'sh', args: ['-c', 'echo from the terminal; exit 3'] };
      const first = await terminal(peer, session, echo);
      await report(peer, session, 'wait', 'terminal/wait_for_exit', first);
      await report(peer, session, 'output', 'terminal/output', first);
      await report(peer, session, 'release', 'terminal/release', first);
      await report(peer, session, 'output after release', 'terminal/output', first);
      const second = await terminal(peer, session, { command: 'sleep', args: ['600'] });
      await report(peer, session, 'kill', 'terminal/kill', second);
      await report(peer, session, 'wait after kill', 'terminal/wait_for_exit', second);
      await report(peer, session, 'release', 'terminal/release', second);
    },
  },
} satisfies Record<string, Definition>;

/** Sends a client request and says in one line of text what came back. */
async function report(
  peer: ScriptedPeer,
  session: ScriptedSession,
  what: string,
  method: string,
  params: Record<string, unknown>,
): Promise<Message> {
  const answer = await peer.request(method, { sessionId: session.id, ...params });
  const got = answer.error
    ? `error ${JSON.stringify(answer.error)}`
    : `result ${JSON.stringify(answer.result)}`;
  peer.say(session, `${what}: ${got}\n`);
  return answer;
}

async function terminal(
  peer: ScriptedPeer,
  session: ScriptedSession,
  params: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const answer = await report(peer, session, 'create', 'terminal/create', { cwd: session.cwd, ...params });
  const result = (answer.result ?? {}) as { terminalId?: string };
  return { terminalId: result.terminalId ?? 'none' };
}

/** One path that is allowed and three that lead to `outside.txt` beside the cwd. */
function readPaths(cwd: string): string[] {
  const escape = linkToParent(cwd);
  const outside = 'outside.txt';
  // A join would fold the two dots away before the client sees them.
  return [
    join(cwd, 'inside.txt'),
    join(dirname(cwd), outside),
    `${cwd}/../${outside}`,
    `${escape}/${outside}`,
  ];
}

function writePaths(cwd: string): string[] {
  const up = `${cwd}/../${basename(cwd)}`;
  const absolute = join(dirname(cwd), 'escaped-absolute.txt');
  return [
    `${up}/inside-again.txt`,
    absolute,
    `${cwd}/../escaped-dots.txt`,
    `${linkToParent(cwd)}/escaped-link.txt`,
  ];
}

/** The link `escape-link` in the cwd, which leads to the folder above it. */
function linkToParent(cwd: string): string {
  const path = join(cwd, 'escape-link');
  if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync('..', path);
  return path;
}
