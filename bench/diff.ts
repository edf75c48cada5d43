import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openChat, startBenchServer } from './bench-server.ts';
import { quantile, round, type Row } from './stats.ts';

const FILES = 5_000;
const ROUNDS = 15;

/** The first page, and the lines of one file, of a session that changed 5,000 files; beside a plain `git diff` of them. */
export async function measureDiff(): Promise<Row[]> {
  const server = await startBenchServer();
  try {
    const project = join(server.dataFolder, '..', 'many files');
    mkdirSync(project);
    const git = (cwd: string, ...args: string[]): Buffer =>
      execFileSync('git', ['-c', 'user.name=b', '-c', 'user.email=b@b', ...args], {
        cwd,
        maxBuffer: 2 ** 28,
      });
    const name = (index: number): string => `src/${index % 50}/file-${index}.ts`;
    const write = (folder: string, text: (index: number) => string): void => {
      for (let index = 0; index < FILES; index += 1) {
        const path = join(folder, name(index));
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, text(index));
      }
    };
    const lines = (index: number, word: string): string =>
      Array.from(
        { length: 60 },
        (_, line) => `export const value${line} = '${line === 30 ? word : index}';\n`,
      ).join('');
    git(project, 'init', '-q', '-b', 'main');
    write(project, (index) => lines(index, 'before'));
    git(project, 'add', '-A');
    git(project, 'commit', '-qm', 'many');
    const { client } = server;
    const { id: projectId } = await client.createProject({ path: project });
    const { session, chat } = await client.createSession({ projectId, agent: 'demo' });
    const open = await openChat(server, chat.id);
    await open.play('/echo made');
    open.close();
    const folder = (await client.getSession(session.id)).worktree?.path ?? '';
    write(folder, (index) => lines(index, 'after'));

    const scope = { scope: 'session' } as const;
    const first = await timed(async () => {
      const { total, files } = await client.review.diff(session.id, scope, { limit: 100 });
      if (total !== FILES || files.length !== 100)
        throw new Error(`${total} files changed, ${files.length} shown`);
    });
    const file = await timed(() => client.review.fileDiff(session.id, scope, name(4_321)));
    const plain = await timed(async () => void git(folder, 'diff', '--numstat', 'HEAD'));
    const beside = `plain git diff --numstat of all ${round(plain, 0)} ms`;
    return [
      row(`first 100 of ${FILES} changed files, p50 (${beside})`, first),
      row(`lines of one of ${FILES} changed files, p50`, file),
    ];
  } finally {
    await server.close();
  }
}

function row(what: string, ms: number): Row {
  return { what, figure: `${round(ms, 0)} ms`, reach: '≤ 300 ms', ok: ms <= 300 };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  return quantile(took, 0.5);
}
