import { z } from 'zod';

/** The file in a project that says how its worktrees are made ready. */
export const PROJECT_CONFIG_FILE = '.pilotlight.json';
/** Longest file that is read, in bytes. */
export const MAX_PROJECT_CONFIG_BYTES = 64 * 1024;

const Script = z.string().trim().min(1).max(10_000);
const Pattern = z
  .string()
  .min(1)
  .max(500)
  .refine(
    (path) => !/^[/:~]|(^|\/)\.\.(\/|$)|[\0\\]/.test(path),
    'expected a path or pattern inside the project, such as ".env" or "config/*.local.json"',
  );
/** A name of ports and run scripts. */
export const ScriptName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,39}$/i, 'expected a name such as "web", of letters, digits, _ and -');

/** `.pilotlight.json`, in the top folder of a project. */
export const ProjectConfig = z.strictObject({
  $schema: z.string().optional(),
  /** files git ignores that a new worktree gets a copy of; `*` within a name, `**` over folders */
  copy: z.array(Pattern).max(100).default([]),
  /** run once in a new worktree, before its first turn; a command line of the shell */
  setup: Script.optional(),
  /** run before the worktree is removed */
  teardown: Script.optional(),
  /** by name, started and stopped by the user: a development server, for example */
  run: z.record(ScriptName, Script).default({}),
  /** names of ports each worktree has of its own, in the environment of its scripts as `PILOTLIGHT_PORT_<NAME>` */
  ports: z.array(ScriptName).max(20).default([]),
});
export type ProjectConfig = z.infer<typeof ProjectConfig>;

/** The variable a port is in. */
export function portVariable(name: string): string {
  return `PILOTLIGHT_PORT_${name.toUpperCase().replaceAll('-', '_')}`;
}
