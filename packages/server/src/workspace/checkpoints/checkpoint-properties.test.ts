import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TempRepository } from '../temp-repository.ts';
import { putBack } from './put-back.ts';
import { Shadow } from './shadow.ts';
import { takeSnapshot } from './snapshot.ts';

const NAMES = ['a', 'b', 'sub', 'sub/c', 'sub/deep/d', 'ü ñ', '-x', 'sub/:(top)'] as const;
const name = fc.constantFrom(...NAMES);
// Line ends of both kinds, no line end, bytes that are no text: with the attributes below git would change most of them.
const content = fc.constantFrom(
  '',
  'one\n',
  'one\r\ntwo\r\n',
  'mixed\r\nline\n',
  'no end',
  '$Id$\n',
  '\0\xff\r\n',
);

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), at: name, content }) },
  fc.record({ do: fc.constant('remove' as const), at: name }),
  fc.record({ do: fc.constant('chmod' as const), at: name, exec: fc.boolean() }),
  fc.record({
    do: fc.constant('symlink' as const),
    at: name,
    to: fc.constantFrom('a', '../b', 'nowhere', 'sub'),
  }),
  fc.record({ do: fc.constant('rename' as const), at: name, to: name }),
  fc.record({ do: fc.constant('stage' as const) }),
  fc.record({ do: fc.constant('intend' as const), at: name }),
  fc.record({ do: fc.constant('commit' as const) }),
  fc.record({ do: fc.constant('stash' as const) }),
  fc.record({ do: fc.constant('checkout' as const) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('checkpoint' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('restore' as const), which: fc.nat() }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** For git a file that was written again as it was is another one until it has looked into it. */
const WRITTEN_AGAIN: Step[] = [
  { do: 'write', at: 'a', content: '' },
  { do: 'checkpoint' },
  { do: 'write', at: 'a', content: '' },
  { do: 'restore', which: 0 },
];

/** The folder is no repository inside. */
const FOLDER_FOR_FILE: Step[] = [
  { do: 'write', at: 'sub', content: '' },
  { do: 'checkpoint' },
  { do: 'write', at: 'sub/c', content: '' },
  { do: 'checkpoint' },
  { do: 'remove', at: 'sub/c' },
];

/** Every file of a folder with its type, mode and bytes. */
function filesOf(root: string, at = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(join(root, at), { withFileTypes: true })) {
    if (at === '' && entry.name === '.git') continue;
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    const full = join(root, path);
    if (entry.isDirectory()) Object.assign(found, filesOf(root, path));
    else if (entry.isSymbolicLink()) found[path] = `link ${readlinkSync(full)}`;
    else {
      const exec = (lstatSync(full).mode & 0o100) !== 0;
      found[path] = `${exec ? 'x' : '-'} ${readFileSync(full).toString('latin1')}`;
    }
  }
  return found;
}

/** null: nothing is there, also since a file or a loop is on the way */
function look(root: string, path: string): Stats | null {
  try {
    return lstatSync(join(root, path));
  } catch {
    return null;
  }
}

function clear(root: string, path: string): void {
  // A file in the place of a folder on the way gives way.
  const names = dirname(path).split('/');
  for (const up of names.map((_name, index) => names.slice(0, index + 1).join('/'))) {
    const found = look(root, up);
    if (found === null) break;
    if (!found.isDirectory()) rmSync(join(root, up));
  }
  rmSync(join(root, path), { recursive: true, force: true });
  mkdirSync(dirname(join(root, path)), { recursive: true });
}

function quietGit(cwd: string, ...args: string[]): void {
  try {
    execFileSync('git', args, { cwd, stdio: 'ignore' });
  } catch {
    // Nothing to commit or stash, or something is in the way: a step that does nothing.
  }
}

/** What a checkpoint and a restore may not touch. */
function untouchable(repository: TempRepository): string {
  const index = join(repository.path, '.git/index');
  return [
    readFileSync(index).toString('base64'),
    readFileSync(join(repository.path, '.git/HEAD'), 'utf8'),
    repository.git('for-each-ref'),
    repository.git('stash', 'list'),
  ].join('\n');
}

function edit(repository: TempRepository, one: Step): void {
  const root = repository.path;
  switch (one.do) {
    case 'write':
      clear(root, one.at);
      return writeFileSync(join(root, one.at), Buffer.from(one.content, 'latin1'));
    case 'remove':
      if (look(root, one.at)) rmSync(join(root, one.at), { recursive: true, force: true });
      return;
    case 'chmod':
      if (look(root, one.at)?.isFile()) chmodSync(join(root, one.at), one.exec ? 0o755 : 0o644);
      return;
    case 'symlink':
      clear(root, one.at);
      return symlinkSync(one.to, join(root, one.at));
    case 'rename':
      if (existsSync(join(root, one.at)) && !one.to.startsWith(one.at) && !one.at.startsWith(one.to)) {
        clear(root, one.to);
        if (look(root, one.at)) renameSync(join(root, one.at), join(root, one.to));
      }
      return;
    case 'stage':
      return quietGit(root, 'add', '-A');
    case 'intend':
      return quietGit(root, 'add', '-N', '--', one.at);
    case 'commit':
      quietGit(root, 'add', '-A');
      return quietGit(root, 'commit', '-qm', 'step');
    case 'stash':
      return quietGit(root, 'stash', '-u');
    case 'checkout':
      quietGit(root, 'branch', 'other');
      return quietGit(
        root,
        'checkout',
        '-q',
        repository.git('branch', '--show-current') === 'main' ? 'other' : 'main',
      );
    default:
  }
}

test('whatever is edited, staged, committed and stashed, a restore gives back exactly the files of its checkpoint', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      using repository = new TempRepository();
      repository.commit('attributes', { '.gitattributes': '* text=auto eol=crlf ident filter=shout\n' });
      repository.git('config', 'filter.shout.clean', 'tr a-z A-Z');
      const shadow = await Shadow.open(repository.path, join(repository.folder, 'shadows'));
      if (shadow === null) throw new Error('no repository');
      const taken: { tree: string; files: Record<string, string> }[] = [];
      const checkpoint = async (): Promise<string> => {
        const before = untouchable(repository);
        const { tree, leftOut } = await takeSnapshot(shadow, { ignored: false });
        expect(leftOut).toEqual([]);
        expect(untouchable(repository)).toBe(before);
        taken.push({ tree, files: filesOf(repository.path) });
        return tree;
      };
      await checkpoint();
      for (const one of [...steps, { do: 'restore' as const, which: 0 }]) {
        if (one.do === 'checkpoint') await checkpoint();
        else if (one.do === 'restore') {
          const wanted = taken[one.which % taken.length];
          if (wanted === undefined) continue;
          const now = await checkpoint();
          const before = untouchable(repository);
          await putBack(shadow, now, wanted.tree);
          expect(untouchable(repository)).toBe(before);
          expect(filesOf(repository.path)).toEqual(wanted.files);
        } else edit(repository, one);
      }
    }),
    { numRuns: 25, endOnFailure: false, examples: [[WRITTEN_AGAIN], [FOLDER_FOR_FILE]] },
  );
});
