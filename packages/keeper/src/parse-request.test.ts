import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRequest, requestId } from './parse-request.ts';

const known = [
  { type: 'hello', id: 1, secret: 's', protocol: 1 },
  { type: 'spawn', id: 2, owner: 'o', command: 'c', args: ['a'], cwd: '/', env: { A: 'b' }, tag: 't' },
  { type: 'end', process: 'p', deadlines: { stdinMs: 0, termMs: 1, killMs: 2 } },
  { type: 'ack', process: 'p', output: 2 ** 40, input: 0 },
  { type: 'signal', process: 'p', signal: 'SIGINT' },
  { type: 'attach', secret: 's', session: 1, process: 'p', offset: 0 },
];

test('what this version knows is taken as it is', () => {
  for (const message of known) expect(parseRequest(JSON.stringify(message))).toEqual(message);
});

test('unknown types and fields, and wrong ones, are refused by name', () => {
  const bad: [unknown, RegExp][] = [
    [{ type: 'fly' }, /unknown message type "fly"/],
    [{ type: 'toString' }, /unknown message type/],
    [{ type: 'list', colour: 1 }, /list with an unknown field "colour"/],
    [{ type: 'ack', process: 'p', output: -1, input: 0 }, /valid output/],
    [{ type: 'signal', process: 'p', signal: 'SIGFOO' }, /valid signal/],
    [{ type: 'list', id: 'x' }, /valid id/],
    [{ ...known[1], env: { A: 1 } }, /valid env/],
    [{ ...known[1], tag: 'é'.repeat(2049) }, /valid tag/],
    [[], /no object/],
    [null, /no object/],
  ];
  for (const [message, reason] of bad) {
    expect(() => parseRequest(JSON.stringify(message))).toThrow(reason);
  }
});

test('no line makes it throw anything else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      requestId(line);
      try {
        parseRequest(line);
      } catch (cause) {
        expect(cause).toMatchObject({ code: 'invalid_request' });
      }
    }),
  );
});
