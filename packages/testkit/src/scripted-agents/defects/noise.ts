import type { Definition } from '../definition.ts';
import { hello, sayHuge } from '../scripted-agent.ts';
import { chunk, line, updateMessage, type Message, type ScriptedPeer } from '../scripted-peer.ts';

const mebibyte = 1024 * 1024;

const strangeLines = [
  'Warning: a newer version is available',
  '\u001B[33mdeprecated\u001B[0m',
  '{not json',
  '[1,2',
  'null',
  '42',
  '"text"',
  '{}',
  '',
  '\r',
];

function beforeInitialize(
  write: (peer: ScriptedPeer) => void,
): (peer: ScriptedPeer, message: Message) => void {
  return (peer, message) => {
    if (message.method === 'initialize') write(peer);
  };
}

/** Bytes on stdout or stderr that are not messages, and messages of unusual size or encoding. */
export const noiseDefects = {
  'noise-before': {
    client: 'Skip lines that are not messages, and never answer them: the agent does not read yet.',
    start: (peer) => {
      for (let n = 1; n <= 4000; n++) peer.raw(`npm notice line ${n} of what is not a message\n`);
    },
  },
  'noise-during': {
    client: 'Skip every line that is not a message and lose none of the chunks around it.',
    turn: (peer, session) => {
      for (const text of ['hello ', 'from ', peer.name]) {
        for (const noise of strangeLines) peer.raw(`${noise}\n`);
        peer.say(session, text);
      }
    },
  },
  'noise-flood': {
    client: 'Bound what it keeps of a line that does not end, and go on after its newline.',
    beforeRequest: beforeInitialize((peer) => {
      for (let n = 0; n < 64; n++) peer.raw('n'.repeat(mebibyte / 64));
      peer.raw('\n');
    }),
  },
  'giant-line': {
    client: 'Take a valid message of 10 MiB.',
    turn: (peer, session) => sayHuge(peer, session, 10 * mebibyte),
  },
  'oversize-line': {
    client: 'Refuse a line over 64 MiB without keeping it, with a clear error for this turn only.',
    turn: (peer, session) => {
      sayHuge(peer, session, 64 * mebibyte + 1024);
      hello(peer, session);
    },
  },
  'invalid-utf8': {
    client: 'Replace the bytes that are not UTF-8 and take the rest of the text.',
    turn: (peer, session) => {
      const text = line(updateMessage(session, chunk('hello <BAD>from ')));
      const [before = '', after = ''] = text.split('<BAD>');
      peer.raw(
        Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xc3, 0x28, 0xfe]), Buffer.from(after)]),
      );
      peer.say(session, peer.name);
    },
  },
  'split-utf8': {
    client: 'Join a character whose bytes come in two writes.',
    turn: async (peer, session) => {
      const bytes = Buffer.from(line(updateMessage(session, chunk('hello 🔥 from '))));
      const middle = bytes.indexOf(Buffer.from('🔥')) + 2;
      peer.raw(bytes.subarray(0, middle));
      // Only a pause makes two reads of it on the other side.
      await new Promise((resolve) => setTimeout(resolve, 20));
      peer.raw(bytes.subarray(middle));
      peer.say(session, peer.name);
    },
  },
  'stderr-flood': {
    client: 'Drain stderr all the time and keep a bounded tail of it.',
    beforeRequest: (peer) => {
      for (let n = 0; n < 1024; n++) peer.complain(`${'e'.repeat(1023)}\n`);
    },
  },
  'deep-json': {
    client: 'Take a value nested 20,000 deep without running out of stack, or drop that one update.',
    turn: (peer, session) => {
      const fields = { sessionUpdate: 'tool_call', toolCallId: 'deep', title: 'Deep', rawOutput: '<DEEP>' };
      const deep = '['.repeat(20_000) + ']'.repeat(20_000);
      peer.raw(line(updateMessage(session, fields)).replace('"<DEEP>"', deep));
      peer.update(session, { sessionUpdate: 'tool_call_update', toolCallId: 'deep', status: 'completed' });
      hello(peer, session);
    },
  },
} satisfies Record<string, Definition>;
