import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseShellLine, type ShellCommand } from './shell-line.ts';

const argumentsOf = ({ words }: ShellCommand) =>
  words
    .slice(1)
    .map((word) => `${word}\0`)
    .join('');
const texts = (line: string) => parseShellLine(line).commands.map(({ text }) => text);

describe('a command line', () => {
  it('falls into its commands', () => {
    expect(texts('git status && rm -rf / ; ls|wc -l || true & echo x\nid')).toEqual([
      'git status',
      'rm -rf /',
      'ls',
      'wc -l',
      'true',
      'echo x',
      'id',
    ]);
  });

  it('has words as a shell reads them', () => {
    expect(parseShellLine(String.raw`git commit -m "a \"b\"; c" 'd && e' f\ g`).commands[0]?.words).toEqual([
      'git',
      'commit',
      '-m',
      'a "b"; c',
      'd && e',
      'f g',
    ]);
    expect(parseShellLine("gi't' sta''tus").commands[0]?.text).toBe('git status');
  });

  it.each([
    'git status',
    "git log --format='%h $x'",
    'npm test 2>&1',
    'npm test > /dev/null',
    'ls *.ts',
    'A=1 npm test',
    'git status > out.txt',
  ])('is understood: %s', (line) => {
    expect(parseShellLine(line).understood).toBe(true);
  });

  it.each([
    '',
    '   ',
    'git status $(rm -rf /)',
    'git status `rm -rf /`',
    'git status "$(rm -rf /)"',
    'git status $IFS',
    'git status ${x:-y}',
    'git status <(rm x)',
    'git status <<EOF\nrm\nEOF',
    '(git status)',
    '{ git status; }',
    'git status {a,b}',
    'if true; then rm x; fi',
    '! git status',
    'git status # comment',
    'git status "unfinished',
    "git status 'unfinished",
    'git status \\',
    'git status >',
    'git status &> file',
    'f() { rm x; }',
    'git status \u202e',
    'git\u00a0status',
    'git status\r',
    'git status\u200b',
    `git status ${'x'.repeat(20_000)}`,
  ])('is not understood: %s', (line) => {
    expect(parseShellLine(line).understood).toBe(false);
  });

  it('says into which files it writes', () => {
    expect(parseShellLine('echo x >> a.txt 2>b.txt <c').commands[0]).toMatchObject({
      words: ['echo', 'x'],
      redirects: ['a.txt', 'b.txt', 'c'],
    });
  });

  it('that is understood runs in a real shell nothing but the commands found', () => {
    const plain = [
      'p ',
      'a',
      'b c',
      ' ',
      "'",
      '"',
      '\\',
      '&&',
      '||',
      ';',
      '|',
      '&',
      '\n',
      '#',
      '=',
      '~',
      '*',
    ];
    const strange = [
      '$x',
      '`p z`',
      '$(p z)',
      '(',
      ')',
      '{',
      '}',
      '{a,b}',
      '!',
      '>',
      '2>&1',
      '<',
      '>/dev/null',
    ];
    const pieces = plain.concat(strange, 'é', '\t');
    const line = fc
      .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 })
      .map((parts) => `p ${parts.join('')}`);
    const lines = fc.sample(line, 4000).filter((each) => {
      const { understood, commands } = parseShellLine(each);
      const isPlayable = commands.every(({ words, redirects }) => words[0] === 'p' && redirects.length === 0);
      // Programs that run at once would mix their words; the shell writes each line of a word by itself.
      const mixes = commands.some(({ separator }) => separator === '&' || separator === '|');
      return understood && isPlayable && !(mixes && /["'][^]*\n[^]*["']/.test(each));
    });
    expect(lines.length).toBeGreaterThan(100);
    const folder = mkdtempSync(join(tmpdir(), 'pilotlight-shell-'));
    try {
      const script =
        `p() { printf '%s\\0' "$@" $'\\1' >&3; }\n` +
        `while IFS= read -r -d '' line; do ( HOME='~'; eval "$line"; wait ) 3>&1 >/dev/null 2>&1 </dev/null; printf '\\2'; done`;
      const shell = spawnSync('bash', ['-c', script], {
        cwd: folder,
        input: lines.map((each) => `${each}\0`).join(''),
        encoding: 'utf8',
      });
      const ran = shell.stdout.split('\u0002').slice(0, -1);
      expect(ran).toHaveLength(lines.length);
      for (const [at, each] of lines.entries()) {
        const found = new Set(parseShellLine(each).commands.map(argumentsOf));
        const calls = (ran[at] ?? '').split('\u0001\0').slice(0, -1);
        const unexpected = calls.filter((call) => !found.has(call));
        expect([JSON.stringify(each), unexpected]).toEqual([JSON.stringify(each), []]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
