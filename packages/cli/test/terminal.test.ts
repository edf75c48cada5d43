import { emptyChatState } from '@pilotlight/protocol';
import type { ChatState, Message, Part } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { TurnPrinter } from '../src/prompt/turn-printer.ts';
import { sanitize, sanitizeLine } from '../src/terminal/sanitize.ts';
import { Screen } from '../src/terminal/screen.ts';
import { table } from '../src/terminal/table.ts';

/** One terminal that both streams write to. */
function terminal(env: NodeJS.ProcessEnv = {}): { screen: Screen; text(): string } {
  let text = '';
  const sink = { isTTY: true, write: (piece: string) => (text += piece) };
  return { screen: new Screen(sink, sink, env), text: () => text };
}

function state(...parts: Part[]): ChatState {
  const message: Message = {
    id: 'm',
    chatId: 'c',
    role: 'assistant',
    turnId: 't',
    agent: 'demo',
    parts,
    createdAt: 1,
  };
  return { ...emptyChatState(), messages: [message] };
}

function noBlobs(id: string): Promise<string> {
  return Promise.reject(new Error(`no blob ${id}`));
}

function tool(status: 'in_progress' | 'completed' | 'failed', title = 'Run tests'): Part {
  const toolCall = {
    id: '1',
    title,
    kind: 'execute' as const,
    status,
    content: [],
    locations: [],
    parentToolCallId: null,
  };
  return { type: 'tool_call', toolCall, startedAt: 0, endedAt: status === 'in_progress' ? null : 1200 };
}

describe('sanitize', () => {
  it('takes control sequences out and leaves text, tabs and newlines', () => {
    expect(sanitize('a\u001b[31mred\u001b[0m\tb\n')).toBe('ared\tb\n');
    expect(sanitize('\u001b]0;title\u0007x\u001b]52;c;aGk=\u001b\\y')).toBe('xy');
    expect(sanitize('\u009b31mx\u0007\r\u0000\u001bc')).toBe('31mx');
    expect(sanitize('evil \u202eabc')).toBe('evil abc');
    expect(sanitize('grüße 漢字 🔥')).toBe('grüße 漢字 🔥');
  });

  it('never lets an escape through, wherever a chunk cuts a sequence', () => {
    const attack = 'x\u001b]52;c;aGVsbG8=\u0007\u001b[2J\u001b[31mz';
    for (let at = 0; at <= attack.length; at++) {
      const shown = sanitize(attack.slice(0, at)) + sanitize(attack.slice(at));
      // oxlint-disable-next-line no-control-regex -- what must not be there
      expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }
  });

  it('makes one line', () => {
    expect(sanitizeLine('a\n\n b\u001b[1m', 10)).toBe('a b');
    expect(sanitizeLine('x'.repeat(20), 5)).toBe('xxxx…');
  });
});

describe('a terminal', () => {
  it('replaces the passing line by what comes, and starts notes on a line of their own', () => {
    const { screen, text } = terminal({ NO_COLOR: '1' });
    screen.transient('⏵ busy');
    screen.answer('hello');
    screen.note('✓ done');
    expect(text()).toBe('⏵ busy\r\u001b[2Khello\n✓ done\n');
  });

  it('has colours unless NO_COLOR is set', () => {
    expect(terminal().screen.style.red('x')).toBe('\u001b[31mx\u001b[39m');
    expect(terminal({ NO_COLOR: '1' }).screen.style.red('x')).toBe('x');
  });

  it('aligns tables', () => {
    expect(
      table([
        ['a', 'bb', 'c'],
        ['aaa', 'b', ''],
      ]),
    ).toBe('a    bb  c\naaa  b');
  });
});

describe('the printed turn', () => {
  it('grows with the text and ends each tool with one line', () => {
    const { screen, text } = terminal({ NO_COLOR: '1' });
    const printer = new TurnPrinter(screen, 't', noBlobs);
    printer.show(state({ type: 'text', text: 'Hel' }), []);
    printer.show(state({ type: 'text', text: 'Hello' }, tool('in_progress')), []);
    printer.show(state({ type: 'text', text: 'Hello' }, tool('completed', 'Run\u001b[2J tests')), []);
    printer.show(
      state({ type: 'text', text: 'Hello' }, tool('completed'), { type: 'text', text: 'Bye' }),
      [],
    );
    expect(text()).toBe('Hello\n⏵ Run tests\r\u001b[2K✓ Run tests 1.2 s\nBye');
  });

  it('leaves other turns and other people’s words out', () => {
    const { screen, text } = terminal();
    new TurnPrinter(screen, 'other', noBlobs).show(state({ type: 'text', text: 'Hello' }), null);
    expect(text()).toBe('');
  });

  it('goes on where it was after a snapshot that moved the beginning away', async () => {
    const { screen, text } = terminal({ NO_COLOR: '1' });
    const blobs: Record<string, string> = { a: 'one two ', b: 'three four ' };
    const printer = new TurnPrinter(screen, 't', async (id) => blobs[id] ?? '');
    printer.show(state({ type: 'text', text: 'one two th' }), []);
    const head = ['a', 'b'].map((blob) => ({ blob, size: 8, mimeType: 'text/plain' }));
    printer.show(state({ type: 'text', text: 'five', head }, tool('completed')), null);
    await printer.settled();
    expect(text()).toBe('one two three four five\n✓ Run tests 1.2 s\n');
  });

  it('says so when what moved away cannot be had', async () => {
    const { screen, text } = terminal({ NO_COLOR: '1' });
    const printer = new TurnPrinter(screen, 't', noBlobs);
    printer.show(
      state({ type: 'text', text: 'the end', head: [{ blob: 'b', size: 8, mimeType: 'text/plain' }] }),
      null,
    );
    await printer.settled();
    expect(text()).toMatch(/^• .*left out\nthe end$/);
  });

  it('says again what the agent withdrew', () => {
    const { screen, text } = terminal({ NO_COLOR: '1' });
    const printer = new TurnPrinter(screen, 't', noBlobs);
    printer.show(state({ type: 'text', text: 'wrong' }), []);
    printer.show(state({ type: 'text', text: '' }), []);
    printer.show(state({ type: 'text', text: 'right' }), []);
    expect(text()).toMatch(/^wrong\n• .*withdraws.*\nright$/);
  });
});
