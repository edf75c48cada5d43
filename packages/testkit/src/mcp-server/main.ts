/**
 * The greeter on stdio. It appends what it was asked, with the greeting of its environment and the secret it was given, to the
 * file that the environment names. Another file takes a line for each time that its tools were asked for.
 */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { greeterAnswer, type McpRequest } from './greeter.ts';

const { GREETING = 'Hello', GREET_LOG = '', GREET_SECRET = '', GREET_LISTINGS = '' } = process.env;

const options = {
  greeting: GREETING,
  onListed: (): void => {
    if (GREET_LISTINGS !== '') appendFileSync(GREET_LISTINGS, 'listed\n');
  },
  onGreeted: (said: string): void => {
    if (GREET_LOG !== '') appendFileSync(GREET_LOG, `${said} ${GREET_SECRET}\n`);
  },
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const answer = greeterAnswer(JSON.parse(line) as McpRequest, options);
    if (answer !== null) process.stdout.write(`${JSON.stringify(answer)}\n`);
  })
  .on('close', () => process.exit(0));
