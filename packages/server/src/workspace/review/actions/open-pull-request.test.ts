import type { Project, Session } from '@pilotlight/protocol';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TempRepository } from '../../temp-repository.ts';
import { preparePullRequest, repositoryOf } from './open-pull-request.ts';

test.each([
  ['https://host.example/team/app.git', { host: 'host.example', name: 'team/app' }],
  ['https://me:secret@host.example/team/sub/app', { host: 'host.example', name: 'team/sub/app' }],
  ['git@host.example:team/app.git', { host: 'host.example', name: 'team/app' }],
  ['ssh://git@host.example:2222/team/app/', { host: 'host.example', name: 'team/app' }],
  ['/srv/app.git', null],
  ['file:///srv/team/app.git', null],
  ['ext::sh -c touch% x', null],
  ['https://host.example/app', null],
])('the repository at %s', (url, repository) => {
  expect(repositoryOf(url)).toEqual(repository);
});

test('glab opens a merge request, with its words as single arguments', async () => {
  using repository = new TempRepository();
  const { path, folder: root } = repository;
  const base = repository.git('rev-parse', 'HEAD');
  const branch = 'pilotlight/mine-12345678';
  repository.git('checkout', '-q', '-b', branch);
  repository.commit('mine', { 'mine.txt': 'm\n' });
  repository.git('remote', 'add', 'origin', 'git@gitlab.example:team/app.git');
  repository.git('update-ref', `refs/remotes/origin/${branch}`, 'HEAD');
  const tools = join(root, 'tools');
  mkdirSync(tools);
  const seen = join(root, 'seen.json');
  const program = join(tools, 'glab');
  writeFileSync(
    program,
    `#!${process.execPath}
require('node:fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify(process.argv.slice(2)));
console.log('https://gitlab.example/team/app/-/merge_requests/3');
`,
  );
  chmodSync(program, 0o755);
  const project: Project = { id: 'prj_1', name: 'app', path, kind: 'git', createdAt: 0 };
  const session = {
    id: 'ses_1',
    inPlace: false,
    base: 'main',
    worktree: { id: 'wkt_1', path, branch, baseCommit: base },
  } as Session;
  const { plan, run } = await preparePullRequest(
    { folder: path, session, project, runningTurnIn: () => null, alone: (_, work) => work() },
    { title: 'Mine; $(touch x)', body: '--flag\n`code`', draft: true },
    { PATH: tools },
  );
  expect(plan).toMatchObject({
    steps: [`Open a draft pull request from ${branch} into main at gitlab.example/team/app, with glab.`],
    commitCount: 1,
    undo: { possible: false },
  });
  expect(await run()).toMatchObject({
    state: 'done',
    url: 'https://gitlab.example/team/app/-/merge_requests/3',
  });
  expect(JSON.parse(readFileSync(seen, 'utf8'))).toEqual([
    'mr',
    'create',
    '--repo=https://gitlab.example/team/app',
    `--source-branch=${branch}`,
    '--target-branch=main',
    '--title=Mine; $(touch x)',
    '--description=--flag\n`code`',
    '--yes',
    '--draft',
  ]);
});
