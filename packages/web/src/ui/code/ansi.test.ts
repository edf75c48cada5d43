import { expect, test } from 'vitest';
import { ansiLines, ansiSpans, stripAnsi } from './ansi.ts';

test('escape sequences are taken out', () => {
  expect(stripAnsi('\u001b[1;31mred\u001b[0m \u001b]0;title\u0007plain\u001b[2K')).toBe('red plain');
});

test('a sequence that was cut off shows nothing', () => {
  expect(stripAnsi('done\u001b')).toBe('done');
  expect(stripAnsi('done\u001b]8;;http://x')).toBe('done');
});

test('a carriage return writes its line anew', () => {
  expect(stripAnsi('10 %\r50 %\r100 %\nnext\r\nlast\r')).toBe('100 %\nnext\nlast');
});

test('colours and weights become spans', () => {
  const { spans } = ansiSpans('a\u001b[32mb\u001b[1mc\u001b[0md');
  expect(spans.map(({ text, color, bold }) => [text, color, bold])).toEqual([
    ['a', null, false],
    ['b', 2, false],
    ['c', 2, true],
    ['d', null, false],
  ]);
});

test('a colour goes on over lines; 256 and 24-bit colours are passed over whole', () => {
  const lines = ansiLines('\u001b[31ma\nb\u001b[38;2;1;2;3mc\u001b[38;5;4md\u001b[48;5;1me');
  expect(lines.map((spans) => spans.map(({ text, color }) => [text, color]))).toEqual([
    [['a', 1]],
    [
      ['b', 1],
      ['c', null],
      ['d', 4],
      ['e', 4],
    ],
  ]);
});
