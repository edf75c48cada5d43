import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Shadow } from '../packages/server/src/workspace/checkpoints/shadow.ts';
import { takeSnapshot } from '../packages/server/src/workspace/checkpoints/snapshot.ts';
import { updateRefs, writeCommit } from '../packages/server/src/workspace/checkpoints/write-commit.ts';
import { quantile, round, type Row } from './stats.ts';

const FILES = 10_000;
const CHANGED = 10;
const ROUNDS = 15;
const REACH_MS = 200;

/** A checkpoint of 10,000 files of which 10 changed, and of none, beside a plain `git status` of the same. */
export async function measureCheckpoint(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-checkpoint-'));
  const repository = join(folder, 'many files');
  const git = (...args: string[]): Buffer =>
    execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@b', ...args], { cwd: repository });
  const name = (index: number): string => join(repository, `${index % 100}`, `${index}.txt`);
  try {
    for (let index = 0; index < FILES; index += 1) {
      if (index < 100) mkdirSync(join(name(index), '..'), { recursive: true });
      writeFileSync(name(index), `${index}\n`);
    }
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'many');
    const shadow = await Shadow.open(repository, join(folder, 'shadows'));
    if (shadow === null) throw new Error(`${repository} is no repository`);
    const take = async (): Promise<void> => {
      const { tree } = await takeSnapshot(shadow, { ignored: false });
      const commit = await writeCommit(shadow, { tree, parents: [], message: 'bench', at: Date.now() });
      await updateRefs(repository, { set: [{ ref: 'refs/pilotlight/checkpoints/bench/one', commit }] });
    };
    const first = await timed(take);
    const changed: number[] = [];
    const same: number[] = [];
    const plain: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (let index = 0; index < CHANGED; index += 1) appendFileSync(name(index), `${round}\n`);
      plain.push(await timed(async () => void git('status', '--porcelain')));
      changed.push(await timed(take));
      same.push(await timed(async () => void (await takeSnapshot(shadow, { ignored: false }))));
    }
    const [own, status] = [quantile(changed, 0.5), quantile(plain, 0.5)];
    return [
      {
        what: `checkpoint of ${FILES} files, ${CHANGED} changed, p50 (plain git status ${round(status, 0)} ms, first look ${round(first, 0)} ms)`,
        figure: `${round(own, 0)} ms, ${round(own / status, 1)}×; unchanged ${round(quantile(same, 0.5), 0)} ms`,
        reach: `≤ ${REACH_MS} ms`,
        ok: own <= REACH_MS,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
