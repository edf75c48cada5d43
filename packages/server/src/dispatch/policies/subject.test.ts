import {
  emptyToolSnapshot,
  type AcpToolSnapshot,
  type NewPolicyRule,
  type PermissionSubject,
} from '@pilotlight/protocol';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { alwaysRules } from './always-rules.ts';
import { decide, inForce } from './decide.ts';
import { subjectOf } from './subject.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-subject-')));
const tree = join(root, 'tree');
mkdirSync(join(tree, 'src', 'deep'), { recursive: true });
mkdirSync(join(root, 'outside'));
writeFileSync(join(tree, 'src', 'a.ts'), '');
writeFileSync(join(root, 'outside', 'secret'), '');
symlinkSync(join(root, 'outside'), join(tree, 'link'));
symlinkSync(join(root, 'outside', 'secret'), join(tree, 'innocent'));
symlinkSync(join(root, 'outside', 'missing'), join(tree, 'dangling'));
symlinkSync('loop', join(tree, 'loop'));
symlinkSync(tree, join(root, 'alias'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const call = (fields: Partial<AcpToolSnapshot>): AcpToolSnapshot => ({
  ...emptyToolSnapshot('1'),
  ...fields,
});
const edit = (path: string, folder = tree) =>
  subjectOf(call({ kind: 'edit', locations: [{ path }] }), undefined, folder);
const run = (rawInput: unknown) => subjectOf(call({ kind: 'execute', rawInput }), undefined, tree);

const verdict = (rules: NewPolicyRule[], subject: PermissionSubject) =>
  decide(
    inForce(
      {
        scope: 'session',
        scopeId: '',
        mode: null,
        answerWithin: null,
        rules: rules.map((rule) => ({ ...rule, id: '', permissionId: null, createdAt: 0 })),
        revision: 1,
        updatedAt: 0,
      },
      null,
    ),
    subject,
    'alpha',
  ).action;

describe('the paths of a request', () => {
  it.each([
    ['src/a.ts', 'src/a.ts', 'src/a.ts'],
    [join(tree, 'src/a.ts'), 'src/a.ts', 'src/a.ts'],
    ['src/../new.ts', 'new.ts', 'new.ts'],
    ['./', '.', '.'],
    ['new/deep/x.ts', 'new/deep/x.ts', 'new/deep/x.ts'],
    ['link/x.ts', 'link/x.ts', join(root, 'outside/x.ts')],
    ['innocent', 'innocent', join(root, 'outside/secret')],
    ['link/../x.ts', 'x.ts', join(root, 'x.ts')],
    [`${tree}/link/../x.ts`, 'x.ts', join(root, 'x.ts')],
    ['../outside/secret', join(root, 'outside/secret'), join(root, 'outside/secret')],
    [`${root}/alias/src/a.ts`, `${root}/alias/src/a.ts`, 'src/a.ts'],
    [`${tree}2/a.ts`, `${tree}2/a.ts`, `${tree}2/a.ts`],
    ['~/x', join(homedir(), 'x'), join(realpathSync(homedir()), 'x')],
    [`file://${join(root, 'outside/secret')}`, join(root, 'outside/secret'), join(root, 'outside/secret')],
  ])('%s', (given, path, real) => {
    expect(edit(given)).toMatchObject({ paths: [{ path, real }], complete: true });
  });

  it.each(['a\0b', 'loop', 'loop/x', 'dangling', '~root/x', 'x'.repeat(5000), 'a\ud800'])(
    'that nobody can follow are not understood: %j',
    (given) => {
      expect(edit(given).complete).toBe(false);
    },
  );

  it('are those of locations, diffs and inputs together', () => {
    const subject = subjectOf(
      call({
        kind: 'edit',
        locations: [{ path: 'a' }],
        content: [{ type: 'diff', path: 'b', oldText: null, newText: '' }],
        rawInput: { file_path: '../c', changes: { d: {} }, content: 'e' },
      }),
      undefined,
      tree,
    );
    expect(subject.paths.map(({ path }) => path)).toEqual(['a', 'b', join(root, 'c'), 'd']);
  });

  it('begin at the worktree also where that is reached by a symlink', () => {
    expect(edit('src/a.ts', join(root, 'alias'))).toMatchObject({
      folder: tree,
      paths: [{ path: 'src/a.ts', real: 'src/a.ts' }],
    });
  });
});

describe('the commands of a request', () => {
  it('are what a shell gets', () => {
    expect(run({ command: 'git status' }).commands).toEqual(['git status']);
    expect(run({ command: ['bash', '-lc', 'git status && ls'] }).commands).toEqual(['git status && ls']);
    expect(run({ command: ['rm', '-r', 'my files', '*'] }).commands).toEqual(["rm -r 'my files' '*'"]);
    expect(run({ command: 'rm', args: ['-r', '$x'] }).commands).toEqual(["rm -r '$x'"]);
    expect(run({ commands: ['ls', 'pwd'] })).toMatchObject({ commands: ['ls', 'pwd'], complete: true });
  });

  it.each([[{}], [{ command: 3 }], [{ command: ['a', 3] }], [{ command: 'a', args: 'b' }]])(
    'that are not known are not understood: %j',
    (input) => {
      expect(run(input).complete).toBe(false);
    },
  );

  it('touch the paths in their words', () => {
    const paths = (command: string) => run({ command }).paths.map(({ real }) => real);
    expect(paths('cat src/a.ts --out=/etc/x')).toEqual(['src/a.ts', '/etc/x']);
    expect(paths('cat innocent')).toEqual([join(root, 'outside/secret')]);
    expect(paths('echo x > ../y')).toEqual([join(root, 'y')]);
    expect(paths('cd src && cat ../../z')).toEqual(['src', join(root, 'z')]);
    expect(paths('npm run build')).toEqual([]);
  });

  it('begin where they are run', () => {
    expect(run({ command: 'cat ../a', cwd: join(tree, 'src') })).toMatchObject({
      paths: [{ path: 'a', real: 'a' }],
      complete: true,
    });
    expect(run({ command: 'ls', cwd: root }).complete).toBe(false);
    expect(run({ command: 'cd .. && ls' }).complete).toBe(false);
  });

  it('make any tool one that runs, and none of an edit that says so', () => {
    expect(subjectOf(call({ kind: 'other', rawInput: { command: 'ls' } }), undefined, tree).kind).toBe(
      'execute',
    );
    const odd = call({ kind: 'edit', locations: [{ path: 'a' }], rawInput: { command: 'rm -rf /' } });
    expect(subjectOf(odd, undefined, tree).complete).toBe(false);
    const editor = call({ kind: 'edit', rawInput: { command: 'str_replace', path: 'a' } });
    expect(subjectOf(editor, undefined, tree)).toMatchObject({ kind: 'edit', complete: true });
  });

  it('are in the title of an agent that gives no input: enough to deny, not to allow', () => {
    const subject = subjectOf(call({ kind: 'execute', title: 'rm -rf src' }), undefined, tree);
    expect(subject).toMatchObject({ commands: ['rm -rf src'], paths: [{ path: 'src' }], complete: false });
    expect(verdict([{ action: 'deny', command: 'rm *' }], subject)).toBe('deny');
    expect(verdict([{ action: 'allow', command: 'rm *' }], subject)).toBe('ask');
    expect(alwaysRules(subject, 'allow')).toEqual([]);
  });

  it('are those a backend knows of', () => {
    const about = { kind: 'execute' as const, commands: ['ls'], paths: ['/etc'] };
    expect(subjectOf(call({ kind: 'other' }), about, tree)).toMatchObject({
      kind: 'execute',
      commands: ['ls'],
      paths: [{ real: '/etc' }],
    });
  });
});

describe('an "always"', () => {
  const subjects = [
    run({ command: 'npm test' }),
    run({ command: 'ls *.ts | wc -l' }),
    run({ command: String.raw`grep 'a\*b' src/a.ts` }),
    edit('src/a.ts'),
    edit('.git/config'),
    edit('/etc/hosts'),
    subjectOf(call({ kind: 'delete', locations: [{ path: 'a*b' }] }), undefined, tree),
  ];
  it('makes rules that decide the same request, and no other command', () => {
    for (const subject of subjects) {
      const [allow, deny] = [alwaysRules(subject, 'allow'), alwaysRules(subject, 'deny')];
      expect([subject, verdict(allow, subject), verdict(deny, subject)]).toEqual([subject, 'allow', 'deny']);
      expect(verdict(allow, run({ command: 'npm run other' }))).toBe('ask');
      expect(verdict(allow, edit('/etc/passwd'))).toBe('ask');
    }
    expect(alwaysRules(run({ command: 'ls *.ts' }), 'allow')).toEqual([
      { action: 'allow', kind: 'execute', command: String.raw`ls \*.ts` },
    ]);
  });

  it('makes none of what no rule can say', () => {
    expect(alwaysRules(run({ command: 'ls $x' }), 'allow')).toEqual([]);
    expect(alwaysRules(run({ command: 'ls > out' }), 'allow')).toEqual([]);
    expect(alwaysRules(subjectOf(call({ kind: 'fetch' }), undefined, tree), 'allow')).toEqual([]);
    expect(alwaysRules(subjectOf(call({ kind: 'other' }), undefined, tree), 'allow')).toEqual([]);
  });
});
