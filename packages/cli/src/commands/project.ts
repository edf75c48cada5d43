import { resolve } from 'node:path';
import type { Command } from 'commander';
import { answerWith, listCommand, withCommonOptions } from '../cli.ts';
import { projectOf } from '../project-of.ts';
import type { CommonOptions } from '../settings.ts';
import {
  ignoredSetting,
  ignoredText,
  withIgnoredOption,
  type IgnoredOptions,
} from './checkpoint-settings.ts';
import { table } from '../terminal/table.ts';

export function projectCommand(program: Command): void {
  const project = program.command('project').description('Registered repositories and folders');
  listCommand(project, 'All projects').action((options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.listProjects(),
      (projects) => table(projects.map((each) => [each.id, each.kind, each.name, each.path])),
    ),
  );
  withCommonOptions(
    project
      .command('add')
      .argument('[path]', 'its folder', '.')
      .option('--name <name>')
      .description('Register a folder'),
  ).action((path: string, options: CommonOptions & { name?: string }) =>
    answerWith(
      options,
      (client, cli) => {
        const name = options.name === undefined ? {} : { name: options.name };
        return client.createProject({ path: resolve(cli.cwd, path), ...name });
      },
      (added) => table([[added.id, added.kind, added.name, added.path]]),
    ),
  );
  withCommonOptions(
    project
      .command('moved')
      .argument('<id>')
      .argument('<path>', 'where its folder is now')
      .description('Say where the folder of a project is that was moved'),
  ).action((id: string, path: string, options: CommonOptions) =>
    answerWith(
      options,
      (client, cli) => client.updateProject(id, { path: resolve(cli.cwd, path) }),
      (moved) => table([[moved.id, moved.kind, moved.name, moved.path]]),
    ),
  );
  withCommonOptions(
    withIgnoredOption(
      project
        .command('checkpoints')
        .argument('[id or folder]', 'default: that of the present folder')
        .description('What the states that are kept of its worktrees hold'),
    ),
  ).action((named: string | undefined, options: CommonOptions & IgnoredOptions) =>
    answerWith(
      options,
      async (client, cli) =>
        ignoredSetting(client, cli, 'projects', await projectOf(client, cli.cwd, named), options),
      ignoredText,
    ),
  );
  withCommonOptions(
    project.command('remove').argument('<id>').description('Forget a project; its folder stays'),
  ).action((id: string, options: CommonOptions) =>
    answerWith(
      options,
      (client) => client.removeProject(id),
      () => '',
    ),
  );
}
