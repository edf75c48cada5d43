import { buffer } from 'node:stream/consumers';
import { PilotlightError, type AgentLogin } from '@pilotlight/protocol';
import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';

type Options = CommonOptions & {
  key?: boolean;
  variable?: string;
  method?: string;
  done?: boolean;
  forgetKeys?: boolean;
};

export function agentLoginCommand(agents: Command): void {
  withCommonOptions(
    agents
      .command('login')
      .argument('<agent>')
      .option('--key', 'read a key from stdin and keep it for this agent, in a file only you can read')
      .option('--variable <name>', 'with --key: the variable it is for, the usual one unless told')
      .option('--method <id>', 'have the agent log in by this method of its own, or use it with --key')
      .option('--done', 'you have logged in: what waits for the agent goes on')
      .option('--forget-keys', 'forget the keys that were set')
      .description('How to log in to an agent, and do it'),
  ).action((agent: string, options: Options) =>
    answerWith(
      options,
      async (client) => {
        const { method, variable } = options;
        const methodId = method === undefined ? {} : { methodId: method };
        if (options.forgetKeys === true) await client.removeKeys(agent);
        else if (options.key === true) {
          const key = await readKey();
          return client.setKey(agent, { key, ...methodId, ...(variable === undefined ? {} : { variable }) });
        } else if (options.done === true || method !== undefined) return client.logIn(agent, methodId);
        return client.agentLogin(agent);
      },
      loginText,
    ),
  );
}

/** Never an argument: those are seen by everybody on the machine. */
async function readKey(): Promise<string> {
  if (process.stdin.isTTY === true)
    process.stderr.write('Paste the key, then Enter and Ctrl-D (it is shown while you type):\n');
  const key = (await buffer(process.stdin)).toString('utf8').trim();
  if (key !== '') return key;
  throw new PilotlightError(
    'invalid_request',
    'there was no key on stdin; for example: pilotlight agents login claude --key < key.txt',
  );
}

function loginText({ agent, name, hint, methods, keysSet, waitingChatIds }: AgentLogin): string {
  const waiting = waitingChatIds.length;
  const lines = [
    waiting === 0
      ? `${name}: nothing waits for a login.`
      : `${name}: prompts of ${waiting} ${waiting === 1 ? 'chat wait' : 'chats wait'} for a login.`,
    ...(methods.length === 0 && hint !== '' ? [hint] : []),
    ...methods.map((method) => `• ${sanitizeLine(method.name, 100)}: ${howTo(agent, method)}`),
    ...(keysSet.length === 0 ? [] : [`Keys set here: ${keysSet.join(', ')}`]),
    ...(waiting === 0 ? [] : [`Afterwards: pilotlight agents login ${agent} --done`]),
  ];
  return lines.join('\n');
}

function howTo(agent: string, method: AgentLogin['methods'][number]): string {
  const own = `pilotlight agents login ${agent}`;
  switch (method.kind) {
    case 'terminal':
      return `run  ${sanitizeLine(method.command ?? '', 500)}`;
    case 'url':
      return `open  ${sanitizeLine(method.url ?? '', 500)}`;
    case 'key': {
      const byMethod = method.authenticates ? ` --method ${method.id}` : '';
      return `${own} --key${byMethod} < file  (${method.variables.join(', ')})`;
    }
    case 'agent':
      return `${own} --method ${method.id}`;
  }
}
