/**
 * Reads a command line as far as can be said without running it. What a shell would work out first (variables, substitutions,
 * subshells, redirections into files, comments) is found but not understood: a rule must never allow `git status $(rm -rf /)`
 * because it allows `git status *`.
 */

/** One program with its words. */
export interface ShellCommand {
  words: string[];
  /** the words with single spaces between, quoted where they must be; what patterns are matched with */
  text: string;
  /** what stands behind it */
  separator: Separator | null;
  /** files it is redirected from or into, but for `/dev/null` */
  redirects: string[];
}

export type Separator = '&&' | '||' | ';' | '|' | '&';

export interface ShellLine {
  commands: ShellCommand[];
  /** false: the shell would do more, or other things, than the words say */
  understood: boolean;
}

/** Longer lines are not looked at. */
const MAX_LENGTH = 16_384;

/** Words that make a command of others, where a program is expected. */
const RESERVED = new Set(
  'if then else elif fi for while until do done case esac function select time coproc in { } [[ ]] !'.split(
    ' ',
  ),
);

/** Characters that do not show: a line with them reads otherwise than it runs. */
const UNSEEN = /[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n\t]|[^\P{Zs} ]/u;

export function parseShellLine(line: string): ShellLine {
  if (line.length > MAX_LENGTH) return { commands: [], understood: false };
  const reader = new Reader(line);
  reader.read();
  const { commands } = reader;
  const understood = reader.understood && commands.length > 0 && !UNSEEN.test(line);
  return { commands, understood };
}

/** A word as a shell takes it for one; a star or a tilde in it stays one for the shell to read. */
export function quoteWord(word: string): string {
  return quoteLiteral(word, /^[\p{L}\p{N}_@%+=:,./*?~^-]+$/u);
}

/** A word that a program gets exactly so. */
export function quoteLiteral(word: string, plain = /^[\w@%+=:,./-]+$/): string {
  return plain.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

class Reader {
  readonly commands: ShellCommand[] = [];
  understood = true;
  readonly #line: string;
  #at = 0;
  /** null: between words */
  #word: string | null = null;
  /** something of the word is quoted */
  #isQuoted = false;
  #words: string[] = [];
  #redirects: string[] = [];
  /** the next word is where the command is redirected */
  #redirecting = false;

  constructor(line: string) {
    this.#line = line;
  }

  read(): void {
    while (this.#at < this.#line.length) this.#step();
    this.#endCommand(null);
  }

  #step(): void {
    const char = this.#take();
    switch (char) {
      case "'":
        return this.#singleQuoted();
      case '"':
        return this.#doubleQuoted();
      case '\\':
        return this.#escaped();
      case ' ':
      case '\t':
        return this.#endWord();
      case '\n':
        return this.#endCommand(';');
      case ';':
        if (this.#skip(';')) this.understood = false;
        return this.#endCommand(';');
      case '&':
        if (this.#peek() === '>') {
          this.understood = false;
          return;
        }
        return this.#endCommand(this.#skip('&') ? '&&' : '&');
      case '|':
        if (this.#skip('|')) return this.#endCommand('||');
        this.#skip('&');
        return this.#endCommand('|');
      case '<':
      case '>':
        return this.#redirect(char);
      case '(':
      case ')':
        this.understood = false;
        return this.#endCommand(';');
      case '#':
        if (this.#word !== null) return this.#add(char);
        this.understood = false;
        while (this.#at < this.#line.length && this.#peek() !== '\n') this.#at += 1;
        return;
      case '$':
      case '`':
      case '{':
        this.understood = false;
        return this.#add(char);
      default:
        return this.#add(char);
    }
  }

  #take(): string {
    return this.#line[this.#at++] ?? '';
  }

  #peek(): string {
    return this.#line[this.#at] ?? '';
  }

  #skip(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }

  #add(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #singleQuoted(): void {
    this.#isQuoted = true;
    const end = this.#line.indexOf("'", this.#at);
    if (end < 0) this.understood = false;
    const stop = end < 0 ? this.#line.length : end;
    this.#add(this.#line.slice(this.#at, stop));
    this.#at = stop + 1;
  }

  #doubleQuoted(): void {
    this.#isQuoted = true;
    this.#add('');
    while (this.#at < this.#line.length) {
      const char = this.#take();
      if (char === '"') return;
      if (char === '$' || char === '`') this.understood = false;
      if (char === '\\' && '"\\$`\n'.includes(this.#peek())) {
        const next = this.#take();
        if (next !== '\n') this.#add(next);
      } else this.#add(char);
    }
    this.understood = false;
  }

  #escaped(): void {
    if (this.#at >= this.#line.length) this.understood = false;
    const next = this.#take();
    if (next === '\n') return;
    this.#isQuoted = true;
    this.#add(next);
  }

  #redirect(first: string): void {
    // `2>` names a stream, `\2>` does not.
    if (this.#word !== null && !this.#isQuoted && /^\d+$/.test(this.#word)) this.#word = null;
    this.#endWord();
    const rest = /^(?:<<|<|>|\||&)?/.exec(this.#line.slice(this.#at))?.[0] ?? '';
    this.#at += rest.length;
    // Of here-documents, process substitutions and opening for both no more is known than that they are there.
    const operator = first + rest;
    if (this.#peek() === '(' || operator.startsWith('<<') || operator === '<>') this.understood = false;
    const stream = /^(?:\d+|-)(?=[\s;&|<>)]|$)/.exec(this.#line.slice(this.#at))?.[0];
    if (rest === '&' && stream !== undefined) {
      this.#at += stream.length;
      return;
    }
    this.#redirecting = true;
  }

  #endWord(): void {
    this.#isQuoted = false;
    if (this.#word === null) return;
    if (this.#redirecting) {
      if (this.#word !== '/dev/null') this.#redirects.push(this.#word);
      this.#redirecting = false;
    } else this.#words.push(this.#word);
    this.#word = null;
  }

  #endCommand(separator: Separator | null): void {
    this.#endWord();
    if (this.#redirecting) this.understood = false;
    this.#redirecting = false;
    const [words, redirects] = [this.#words, this.#redirects];
    this.#words = [];
    this.#redirects = [];
    if (words.length === 0) {
      if (redirects.length > 0 || (separator !== null && separator !== ';')) this.understood = false;
      return;
    }
    if (RESERVED.has(words[0] ?? '')) this.understood = false;
    this.commands.push({ words, text: words.map(quoteWord).join(' '), separator, redirects });
  }
}
