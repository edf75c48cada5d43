import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { answerWith, withCommonOptions } from '../cli.ts';
import type { CommonOptions } from '../settings.ts';

export function openCommand(program: Command): void {
  withCommonOptions(
    program
      .command('open')
      .option('--browser', 'also open it here')
      .description('Print a fresh one-time sign-in link'),
  ).action((options: CommonOptions & { browser?: boolean }) =>
    answerWith(
      options,
      async (client) => {
        const link = await client.createSignInLink();
        if (options.browser === true) openBrowser(link.url);
        return link;
      },
      (link) => link.url,
    ),
  );
}

function openBrowser(url: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(program, [url], { stdio: 'ignore', detached: true });
  // The link is printed anyway; without a browser nothing is lost.
  child.on('error', () => {});
  child.unref();
}
