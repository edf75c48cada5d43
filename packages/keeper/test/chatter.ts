/** The `number`th line of the small servers: of a length that its number says, newline included. */
export function inputLine(number: number): string {
  return `${number} ${'i'.repeat((number * 37) % 3000)}\n`;
}

/** How many whole lines these bytes are. @throws when they end within one */
export function lineAtOffset(bytes: number): number {
  let number = 0;
  for (let offset = 0; offset < bytes; number++) offset += inputLine(number).length;
  const whole = Array.from({ length: number }, (_, at) => inputLine(at).length).reduce((a, b) => a + b, 0);
  if (whole !== bytes) throw new Error(`${bytes} bytes are no whole lines`);
  return number;
}

/** An agent: gives every line back, and talks all the time, every line of it numbered. */
export const agent = `
  const chat = (count) => { for (; count > 0; count--) { process.stdout.write('c ' + said + ' ' + 'o'.repeat((said * 53) % 2000) + '\\n'); said++; } };
  let said = 0, rest = '';
  chat(3);
  const timer = setInterval(() => chat(3), 1);
  process.stdin.on('data', (data) => {
    const lines = (rest + data).split('\\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line === 'quit') { clearInterval(timer); process.stdout.write('q ' + said + '\\n'); process.stdin.destroy(); return; }
      process.stdout.write('e ' + line + '\\n');
      chat(2);
    }
  });
`;

/** How many lines each side said; throws at the first byte that is not as it should be. */
export function checkTranscript(transcript: string): { chat: number; echoed: number } {
  let chat = 0;
  let echoed = 0;
  const lines = transcript.split('\n');
  if (lines.pop() !== '') throw new Error('it ends within a line');
  const last = lines.pop();
  for (const line of lines) {
    const isChat = line.startsWith('c ');
    const expected = isChat
      ? `c ${chat} ${'o'.repeat((chat * 53) % 2000)}`
      : `e ${inputLine(echoed).slice(0, -1)}`;
    if (line !== expected) throw new Error(`after ${chat} and ${echoed}: ${line.slice(0, 80)}`);
    if (isChat) chat += 1;
    else echoed += 1;
  }
  if (last !== `q ${chat}`) throw new Error(`the last line is ${last?.slice(0, 80)}`);
  return { chat, echoed };
}
