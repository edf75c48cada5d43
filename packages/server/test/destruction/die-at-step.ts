/**
 * Preloaded (`node --import`) into a server that is to die at a named step. A step is anything that leaves something behind:
 * a git that writes, a change of the file system through node:fs/promises, a commit of the store. Each is written to the file
 * `PILOTLIGHT_TEST_STEPS` as it begins. Counts from the message `{ dieAt }` on.
 */
import childProcess from 'node:child_process';
import fsSync from 'node:fs';
import fs from 'node:fs/promises';
import { flushCompileCache, syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** The message that arms it. */
export interface DieAt {
  /** the first is 1 */
  dieAt: number;
  /** `during`: when the step has begun; of a commit, when it has been made and nobody has heard of it */
  when: 'before' | 'during';
}

const append = fsSync.appendFileSync;
const steps = process.env['PILOTLIGHT_TEST_STEPS'] ?? '/dev/null';
let armed: DieAt | null = null;
let count = 0;

process.on('message', (message: Partial<DieAt>) => {
  if (message.dieAt === undefined || message.when === undefined) return;
  // Who is killed writes nothing at its end.
  flushCompileCache();
  armed = { dieAt: message.dieAt, when: message.when };
  process.send?.({ armed: true });
});
// The server ends when this channel does, and does not wait for it.
process.channel?.unref();

/** Runs one step, or dies at it. */
function step<T>(name: string, run: () => T): T {
  if (armed === null) return run();
  count += 1;
  append(steps, `${name}\n`);
  if (count !== armed.dieAt) return run();
  if (armed.when === 'during') run();
  process.kill(process.pid, 'SIGKILL');
  return run();
}

const READING =
  /^(config|version|rev-parse|rev-list|for-each-ref|symbolic-ref|show-ref|status|ls-files|ls-tree|ls-remote|merge-base|diff|diff-\w+|log|show|cat-file|var|check-ref-format|check-ignore|check-attr|worktree list)\b/;

const { spawn } = childProcess;
function spawnInSteps(this: unknown, ...args: Parameters<typeof spawn>): ReturnType<typeof spawn> {
  const [program, words] = args;
  const command = Array.isArray(words)
    ? words.filter((word: string) => !word.startsWith('--')).join(' ')
    : '';
  const run = (): ReturnType<typeof spawn> => spawn.apply(this, args);
  if (program !== 'git' || READING.test(command)) return run();
  return step(`git ${command.split(' ').slice(0, 2).join(' ')}`, run);
}
childProcess.spawn = spawnInSteps as typeof spawn;

/** To remove what is not there, or make a folder that is, leaves nothing behind. */
function changesNothing(name: string, path: string): boolean {
  return (name === 'rm' && !fsSync.existsSync(path)) || (name === 'mkdir' && fsSync.existsSync(path));
}

const WRITING = [
  'rename',
  'rm',
  'mkdir',
  'writeFile',
  'copyFile',
  'cp',
  'link',
  'symlink',
  'unlink',
  'chmod',
] as const;
const functions = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
for (const name of WRITING) {
  const original = functions[name];
  if (original !== undefined)
    functions[name] = (...args) => {
      const run = (): unknown => original(...args);
      return changesNothing(name, String(args[0])) ? run() : step(`${name} ${String(args[0])}`, run);
    };
}
syncBuiltinESMExports();

const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (sql: string, ...rest): StatementSync {
  const statement = prepare.call(this, sql, ...rest);
  if (sql !== 'COMMIT') return statement;
  const run = statement.run.bind(statement);
  // The one statement that is run so takes no values.
  statement.run = () => step('commit', () => run());
  return statement;
};
