/** Scripts with real processes on a store that is full. */
import { Ledger, LocalProcesses } from '@pilotlight/keeper';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { startDispatch } from '../../test/dispatch-harness.ts';
import { ScriptRunner } from './script-runner.ts';

it('writes down how a script ended when there is room again, and takes no harm before', async () => {
  await using d = startDispatch(undefined, { maxBytes: 900_000 });
  const { session } = await d.chat();
  const ledger = join(d.root, 'ledger');
  mkdirSync(ledger);
  const errors: unknown[] = [];
  await using runner = new ScriptRunner({
    announcer: d.announcer,
    processes: new LocalProcesses(new Ledger(ledger)),
    onOutput: () => {},
    onError: (error) => errors.push(error),
  });
  execFileSync('mkfifo', ['go'], { cwd: d.root });
  const { run, ended } = runner.start({
    sessionId: session.id,
    kind: 'run',
    name: 'much',
    command: 'seq 1 20000; cat go',
    cwd: d.root,
    env: { PATH: process.env['PATH'] ?? '' },
  });
  const ballast = (await d.chat()).chat.id;
  const fill = (size: number): void => {
    for (let i = 0; i < 4000; i += 1) {
      const parts = [{ type: 'text' as const, text: 'x'.repeat(size) }];
      const id = `msg_ballast-${size}-${i}`;
      d.store.messages.upsert({
        id,
        chatId: ballast,
        role: 'user',
        turnId: null,
        agent: 'a',
        parts,
        createdAt: i,
      });
    }
  };
  const full = expect.objectContaining({ code: 'store_full' }) as Error;
  for (const size of [2000, 100]) expect(() => fill(size)).toThrow(full);
  await vi.waitFor(() => expect(errors).toContainEqual(full), 5000);

  const commit = vi.spyOn(d.journal, 'commit');
  writeFileSync(join(d.root, 'go'), 'the end\n');
  await vi.waitFor(() => expect(commit.mock.results.map(({ type }) => type)).toContain('throw'), 5000);
  expect(runner.isRunning(session.id, 'much')).toBe(true);
  d.store.chats.remove(ballast);
  expect(await ended).toMatchObject({ state: 'succeeded', exitCode: 0 });
  expect(d.store.scripts.runs(session.id)).toMatchObject([{ id: run.id, state: 'succeeded' }]);
  expect(d.store.scripts.output(run.id).endsWith('20000\nthe end\n')).toBe(true);
});
