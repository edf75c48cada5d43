import type { ScriptRun } from '@pilotlight/protocol';

export const scripts = {
  none: 'With a .pilotlight.json in the repository, the scripts that make a worktree ready and run in it are here.',
  list: 'Scripts',
  names: { setup: 'Setup', teardown: 'Teardown' },
  states: {
    running: 'running',
    succeeded: 'done',
    failed: 'failed',
    stopped: 'stopped',
    interrupted: 'ended with its server',
  } satisfies Record<ScriptRun['state'], string>,
  never: 'not run yet',
  exit: (code: number) => `exit ${code}`,
  start: (name: string) => `Run ${name}`,
  again: (name: string) => `Run ${name} again`,
  stop: (name: string) => `Stop ${name}`,
  output: (name: string) => `What ${name} wrote`,
  noOutput: 'It has written nothing yet.',
  ports: 'Ports',
  lacking: 'Not in this worktree',
  ask: {
    title: 'These scripts come with the repository. May they run?',
    text: 'Each runs as you, on this machine, in this session’s worktree. Read them first. When the file changes, you are asked again.',
    allow: 'Allow these scripts',
  },
  notice: {
    label: 'Scripts of the project',
    waits: 'The setup of this project waits until you have read and allowed it.',
    failed: 'The setup of this worktree did not succeed. The session goes on without it.',
    running: 'The setup of this worktree runs. A turn begins when it is done.',
    goOn: 'Go on without it',
    look: 'Look at the scripts',
    again: 'Run it again',
  },
};
