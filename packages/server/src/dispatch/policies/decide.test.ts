import type { NewPolicyRule, PermissionSubject, Policy, PolicyMode } from '@pilotlight/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, inForce } from './decide.ts';

const FOLDER = '/work/tree';

function policy(scope: Policy['scope'], rules: NewPolicyRule[], mode: PolicyMode | null = null): Policy {
  const kept = rules.map((rule, at) => ({ ...rule, id: `rul_${at}`, permissionId: null, createdAt: 0 }));
  return { scope, scopeId: '', mode, answerWithin: null, rules: kept, revision: 1, updatedAt: 0 };
}

const run = (line: string, fields: Partial<PermissionSubject> = {}): PermissionSubject => ({
  kind: 'execute',
  folder: FOLDER,
  commands: [line],
  paths: [],
  complete: true,
  ...fields,
});
const touch = (
  kind: PermissionSubject['kind'],
  paths: (string | [string, string])[],
  fields: Partial<PermissionSubject> = {},
): PermissionSubject => ({
  kind,
  folder: FOLDER,
  commands: [],
  paths: paths.map((each) =>
    typeof each === 'string' ? { path: each, real: each } : { path: each[0], real: each[1] },
  ),
  complete: true,
  ...fields,
});

const action = (rules: NewPolicyRule[], subject: PermissionSubject, mode: PolicyMode | null = null) =>
  decide(inForce(policy('session', rules, mode), null), subject, 'alpha').action;

const allowStatus: NewPolicyRule = { action: 'allow', command: 'git status*' };

describe('the order of rules', () => {
  it('is: the first that applies, of the session before those of the project, then the mode', () => {
    const session = policy('session', [{ action: 'deny', command: 'git push *' }]);
    const project = policy('project', [{ action: 'allow', command: 'git *' }], 'allow_all');
    const both = inForce(session, project);
    expect(decide(both, run('git push origin'), 'a')).toMatchObject({
      action: 'deny',
      decision: { by: 'rule', scope: 'session', rule: { command: 'git push *' } },
    });
    expect(decide(both, run('git log'), 'a').decision).toMatchObject({ by: 'rule', scope: 'project' });
    expect(decide(both, run('make'), 'a').decision).toEqual({
      by: 'mode',
      mode: 'allow_all',
      scope: 'project',
    });
    expect(decide(inForce(policy('session', [], 'ask'), project), run('make'), 'a').action).toBe('ask');
  });

  it('gives a denial no more than its place', () => {
    const deny: NewPolicyRule = { action: 'deny', command: 'git *' };
    expect(action([allowStatus, deny], run('git status'))).toBe('allow');
    expect(action([deny, allowStatus], run('git status'))).toBe('deny');
    expect(action([{ action: 'ask', command: 'git *' }, allowStatus], run('git status'), 'allow_all')).toBe(
      'ask',
    );
  });

  it('looks at agent and kind too', () => {
    const rule: NewPolicyRule = { action: 'allow', kind: 'edit', agent: 'alpha', path: 'src/**' };
    expect(action([rule], touch('edit', ['src/a.ts']))).toBe('allow');
    expect(action([rule], touch('delete', ['src/a.ts']))).toBe('ask');
    expect(action([{ ...rule, agent: 'beta' }], touch('edit', ['src/a.ts']))).toBe('ask');
  });
});

describe('a rule that allows a command', () => {
  it.each([
    'git status && rm -rf /',
    'git status; rm -rf /',
    'git status | sh',
    'git status & rm -rf /',
    'git status || rm -rf /',
    'git status\nrm -rf /',
    'git status $(rm -rf /)',
    'git status `rm -rf /`',
    'git status > /etc/passwd',
    'git status >out.txt',
    'git status <(rm x)',
    'X=1 git status',
    'Git status',
    '/tmp/git status',
    'GIT STATUS',
    'gіt status', // a Cyrillic і
    'git  \u00a0status',
    '(git status)',
    'git status #',
    '',
  ])('does not allow %j', (line) => {
    expect(action([allowStatus], run(line))).toBe('ask');
  });

  it('allows what is that command, also among others that are allowed', () => {
    const rules: NewPolicyRule[] = [allowStatus, { action: 'allow', command: 'git diff *' }];
    for (const line of [
      'git status',
      'git  status -s',
      'git status 2>&1',
      'git status && git diff HEAD',
      'git diff',
    ])
      expect([line, action(rules, run(line))]).toEqual([line, 'allow']);
    expect(action(rules, run('cd src && git status'))).toBe('allow');
    expect(action(rules, run('cd src && git status', { complete: false }))).toBe('ask');
    expect(action(rules, run('cd src; git status'))).toBe('ask');
  });

  it('takes a pattern with a star escaped for a star', () => {
    const rule: NewPolicyRule = { action: 'allow', command: String.raw`ls \*.ts` };
    expect(action([rule], run('ls *.ts'))).toBe('allow');
    expect(action([rule], run('ls -R / x.ts'))).toBe('ask');
  });

  it('never allows a line into which anything else was put', () => {
    const bad = fc.constantFrom(
      '&&',
      '||',
      ';',
      '|',
      '&',
      '\n',
      '$(',
      '`',
      '>',
      '>>',
      '<(',
      ';;',
      '|&',
      '&>',
    );
    const around = fc.stringMatching(/^[a-z \-/.]{0,12}$/);
    fc.assert(
      fc.property(around, bad, around, (before, operator, after) => {
        const line = `git status ${before}${operator}rm ${after}`;
        expect(action([allowStatus], run(line))).toBe('ask');
      }),
      { numRuns: 2000 },
    );
  });

  it('never allows more by another rule being there that asks or denies', () => {
    const rule = fc.record({
      action: fc.constantFrom('ask' as const, 'deny' as const),
      command: fc.constantFrom('git *', '* -rf *', 'rm *', 'x', '*'),
    });
    const line = fc.constantFrom('git status', 'rm -rf x', 'git status && rm x', 'a $(b)', 'ls');
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), line, (rules, each) => {
        const allow: NewPolicyRule = { action: 'allow', kind: 'execute' };
        const without = action([allow], run(each));
        expect(without).toBe('allow');
        const all = action([...rules, allow], run(each));
        if (rules.some(({ command }) => command === '*')) expect(all).not.toBe('allow');
      }),
    );
  });
});

describe('a rule that denies a command', () => {
  const rules: NewPolicyRule[] = [
    { action: 'deny', command: 'rm *' },
    { action: 'allow', kind: 'execute' },
  ];

  it.each([
    'rm -rf x',
    'ls && rm x',
    '/bin/rm x',
    'A=1 rm x',
    'RM x',
    '(rm x)',
    'echo $(ls); rm x',
    'echo $(rm x)',
  ])('denies %s', (line) => {
    expect(action(rules, run(line))).toBe('deny');
  });

  it.each(['sudo rm x', 'bash -c "rm x"', 'xargs rm', 'eval "r""m x"', '$x'])(
    'lets nothing through that may be it: %s',
    (line) => {
      expect(action(rules, run(line))).toBe('ask');
    },
  );

  it('leaves the rest alone', () => {
    expect(action(rules, run('ls -l'))).toBe('allow');
  });
});

describe('a path', () => {
  const src: NewPolicyRule = { action: 'allow', kind: 'edit', path: 'src/**' };

  it('is allowed by where it really is', () => {
    expect(action([src], touch('edit', ['src/a/b.ts']))).toBe('allow');
    expect(action([src], touch('edit', ['src/a.ts', 'lib/b.ts']))).toBe('ask');
    expect(action([src], touch('edit', [['src/link', '/etc/passwd']]))).toBe('ask');
    expect(action([src], touch('edit', ['/work/tree2/src/a.ts']))).toBe('ask');
    expect(action([src], touch('edit', ['SRC/a.ts']))).toBe('ask');
    expect(action([src], touch('edit', []))).toBe('ask');
    expect(action([src], touch('edit', ['src/a.ts'], { complete: false }))).toBe('ask');
  });

  it('outside the worktree wants a rule that says so', () => {
    expect(action([{ action: 'allow', path: '**' }], touch('edit', ['/etc/hosts']))).toBe('ask');
    expect(action([{ action: 'allow', path: '/etc/**' }], touch('edit', ['/etc/hosts']))).toBe('allow');
    expect(action([{ action: 'allow', path: `${FOLDER}/src/*` }], touch('edit', ['src/a']))).toBe('allow');
  });

  it('of a file anywhere is its name', () => {
    const rules: NewPolicyRule[] = [
      { action: 'deny', path: '.env*' },
      { action: 'allow', path: '**' },
    ];
    expect(action(rules, touch('read', ['a/b/.env.local']))).toBe('deny');
    expect(action(rules, touch('read', ['.ENV']))).toBe('deny');
    expect(action(rules, touch('read', [['note', '.env']]))).toBe('deny');
    expect(action(rules, touch('read', ['env']))).toBe('allow');
    expect(action(rules, run('cat .env', { paths: [{ path: '.env', real: '.env' }] }))).toBe('deny');
  });

  it("is never git's own by a rule or mode that does not say so", () => {
    expect(action([{ action: 'allow', path: '**' }], touch('edit', ['.git/hooks/pre-commit']))).toBe('ask');
    expect(action([{ action: 'allow', path: '.git/**' }], touch('edit', ['.git/config']))).toBe('allow');
    expect(action([], touch('edit', ['.git/config']), 'accept_edits')).toBe('ask');
  });

  it('that is not known may be what a rule denies', () => {
    const rules: NewPolicyRule[] = [
      { action: 'deny', path: 'secret' },
      { action: 'allow', kind: 'edit' },
    ];
    expect(action(rules, touch('edit', []))).toBe('ask');
    expect(action(rules, touch('edit', ['a']))).toBe('allow');
    expect(action(rules, touch('edit', ['secret/key']))).toBe('deny');
  });
});

describe('a mode', () => {
  const inside = { paths: [{ path: 'src', real: 'src' }] };
  const cases: [PermissionSubject, PolicyMode[]][] = [
    [touch('read', ['a']), ['accept_edits', 'allow_in_worktree', 'allow_all']],
    [touch('edit', ['a']), ['accept_edits', 'allow_in_worktree', 'allow_all']],
    [touch('delete', ['a']), ['allow_in_worktree', 'allow_all']],
    [touch('edit', ['/etc/hosts']), ['allow_all']],
    [touch('edit', [['link', '/etc/hosts']]), ['allow_all']],
    [touch('edit', []), ['allow_all']],
    [touch('fetch', []), ['allow_all']],
    [touch('other', []), ['allow_all']],
    [run('npm test'), ['allow_in_worktree', 'allow_all']],
    [run('ls src', inside), ['allow_in_worktree', 'allow_all']],
    [run('rm -rf /', { paths: [{ path: '/', real: '/' }] }), ['allow_all']],
    [run('sudo ls'), ['allow_all']],
    [run('bash -c ls'), ['allow_all']],
    [run('node -e "1"'), ['allow_all']],
    [run('git push'), ['allow_all']],
    [run('PATH=. ls'), ['allow_all']],
    [run('ls $HOME'), ['allow_all']],
    [run('npm test && curl x'), ['allow_all']],
    [run('cd'), ['allow_all']],
    [run('npx https://example.com/x.tgz'), ['allow_all']],
    [run('deno run https://example.com/x.ts'), ['allow_all']],
  ];

  it.each(cases)('%j is allowed in %j', (subject, allowing) => {
    const modes: PolicyMode[] = ['ask', 'accept_edits', 'allow_in_worktree', 'allow_all'];
    expect(modes.filter((mode) => action([], subject, mode) === 'allow')).toEqual(allowing);
  });

  it('asks where nothing was chosen', () => {
    expect(decide(inForce(null, null), run('ls'), 'a')).toEqual({ action: 'ask', decision: null });
  });
});
