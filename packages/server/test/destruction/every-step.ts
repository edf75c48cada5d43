/** Kills a server at every step of some work, and has a new one on the same data folder looked at each time. */
import type { Client } from '@pilotlight/client';
import { stopKeepers } from '@pilotlight/keeper';
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Home, type AgentEntry } from '../composed-harness.ts';
import type { DieAt } from './die-at-step.ts';

export interface Destruction<T> {
  /** on a server that lives, once: each death begins with the folder of the home as it was then */
  prepare(home: Home): Promise<T>;
  /** the work in which the server dies; `signal` fires when it has, since a client would wait for the next one */
  act(client: Client, prepared: T, signal: AbortSignal): Promise<unknown>;
  /** on the next server (`home.client`): every byte is there and the work can be done again. Throws when not. */
  check(home: Home, prepared: T): Promise<void>;
  /** in `npm test`; `during` unless told */
  when?: readonly DieAt['when'][];
  /** steps that `npm test` leaves out, since another test dies at them */
  elsewhere?: RegExp;
  /** of the server and its agents, besides the usual */
  env?: Record<string, string>;
  /** besides the built-in ones */
  agents?: AgentEntry[];
}

/** `npm run destruction`: each step, before and during it; otherwise the first of each kind that changes most, so that `npm test` stays short. */
const IS_WHOLE = process.env['PILOTLIGHT_DESTRUCTION'] === 'whole';

/** How long one test of this may take, in ms. */
export const DESTRUCTION_MS = IS_WHOLE ? 60 * 60_000 : 15 * 60_000;

/**
 * Does the work again and again, each time from the same beginning and with a server that dies at another step.
 * @returns the names of the steps it died at, in order of dying
 */
export async function dieAtEveryStep<T>(destruction: Destruction<T>): Promise<string[]> {
  const home = new Home(destruction.agents, destruction.env);
  await using _home = home;
  await home.restart();
  const prepared = await destruction.prepare(home);
  await home.closeAndLook();
  await using beginning = keepFolder(home.folder);
  const kill = (at: DieAt): Promise<Death> => {
    beginning.putBack();
    return killOnce(home, beginning.compiled, destruction, prepared, at);
  };
  const died: string[] = [];
  const { names } = await kill({ dieAt: Infinity, when: 'during' });
  for (const when of IS_WHOLE ? (['before', 'during'] as const) : (destruction.when ?? ['during'])) {
    // A run may have more steps than the first one had.
    const last = IS_WHOLE ? Infinity : names.length;
    for (let dieAt = 1; dieAt <= last; dieAt += 1) {
      const step = names[dieAt - 1] ?? '';
      const isLeftOut =
        !/^(git|commit|copyFile|rename)/.test(step) || (destruction.elsewhere?.test(step) ?? false);
      if (!IS_WHOLE && (isLeftOut || !isFirstOfItsKind(names, dieAt - 1))) continue;
      const { name } = await kill({ dieAt, when });
      if (name === null) break;
      died.push(`${when} ${name}`);
    }
  }
  if (IS_WHOLE) process.stdout.write(`${died.length} deaths\n`);
  return died;
}

/** Steps are of one kind when they do the same, to whatever file or commit. */
function isFirstOfItsKind(names: readonly string[], index: number): boolean {
  const kinds = names.map((name) => name.replace(/ (\/|[0-9a-f]{40}).*/, ''));
  return kinds.indexOf(kinds[index] ?? '') === index;
}

interface Beginning extends AsyncDisposable {
  /** The folder is as it was, at its old path. */
  putBack(): void;
  /** for what Node has compiled, so that the next server starts sooner */
  compiled: string;
}

function keepFolder(folder: string): Beginning {
  const beside = mkdtempSync(join(tmpdir(), 'pilotlight-beginning-'));
  const copy = (from: string, to: string): unknown => execFileSync('cp', ['-a', from, to]);
  copy(folder, join(beside, 'folder'));
  return {
    compiled: join(beside, 'compiled'),
    putBack() {
      rmSync(folder, { recursive: true, force: true });
      copy(join(beside, 'folder'), folder);
    },
    [Symbol.asyncDispose]: () => rm(beside, { recursive: true, force: true }),
  };
}

interface Death {
  /** of the step it died at; null when it came to the end */
  name: string | null;
  names: string[];
}

async function killOnce<T>(
  home: Home,
  compiled: string,
  destruction: Destruction<T>,
  prepared: T,
  at: DieAt,
): Promise<Death> {
  const steps = join(home.folder, 'steps');
  const server = await mortalServer(home, { PILOTLIGHT_TEST_STEPS: steps, NODE_COMPILE_CACHE: compiled }, at);
  const death = new AbortController();
  const exit = once(server.child, 'exit').then(() => death.abort());
  await destruction.act(server.client, prepared, death.signal).catch(() => undefined);
  // What it would do at an orderly end is no part of the work.
  server.child.kill('SIGKILL');
  await exit;
  const names = existsSync(steps) ? readFileSync(steps, 'utf8').trimEnd().split('\n') : [];
  const name = names[at.dieAt - 1] ?? null;
  await stopKeepers(home.dataFolder);
  await home.restart();
  try {
    await destruction.check(home, prepared);
    await home.closeAndLook();
  } catch (error) {
    throw new Error(`after dying ${at.when} step ${at.dieAt} (${name ?? 'none'}) of:\n${names.join('\n')}`, {
      cause: error,
    });
  }
  return { name, names };
}

async function mortalServer(
  home: Home,
  env: Record<string, string>,
  at: DieAt,
): Promise<{ child: ChildProcess; client: Client }> {
  const child = fork(new URL('../server-child.ts', import.meta.url), [home.dataFolder], {
    env: { ...home.env(), ...env },
    execArgv: ['--import', new URL('./die-at-step.ts', import.meta.url).href],
  });
  const [said] = (await once(child, 'message')) as [{ url: string; token: string }];
  child.send(at);
  await once(child, 'message');
  return { child, client: home.newClient(said) };
}
