import type { PermissionDecision, PolicyAction, PolicyMode, ToolKind } from '@pilotlight/protocol';

const kinds: Record<ToolKind, string> = {
  execute: 'commands',
  edit: 'edits',
  delete: 'deleting',
  move: 'moving',
  read: 'reading',
  search: 'searching',
  fetch: 'the network',
  think: 'sub-agents and plans',
  switch_mode: 'changing its mode',
  other: 'other tools',
};

const modes: Record<PolicyMode, { name: string; about: string }> = {
  ask: { name: 'Ask', about: 'Everything an agent asks for is put to you.' },
  accept_edits: {
    name: 'Accept edits',
    about: 'Reading, searching and editing inside the worktree is allowed.',
  },
  allow_in_worktree: {
    name: 'Allow in worktree',
    about: 'Also deleting, moving, and commands that name nothing outside the worktree.',
  },
  allow_all: { name: 'Allow all', about: 'Everything is allowed, outside the worktree too.' },
};

const actions: Record<PolicyAction, string> = { allow: 'Allow', ask: 'Ask', deny: 'Deny' };

export const policies = {
  title: 'Permissions',
  about:
    'What is answered without asking you. The first rule that applies decides; the rest is left to the mode.',
  open: 'Permissions…',
  openOf: (name: string) => `Permissions of ${name}`,
  command: 'Permissions of this session',
  scope: 'Whose permissions',
  session: 'This session',
  project: (name: string) => `Project ${name}`,

  mode: 'Mode',
  modes,
  modeFromProject: (mode: PolicyMode) => ({
    name: 'As the project',
    about: `Now: ${modes[mode].name.toLowerCase()}.`,
  }),

  deadline: 'Refuse by itself',
  deadlineAbout: 'When nobody answers in time, the agent is refused once and may go on without.',
  deadlineOff: 'Never',
  deadlineFromProject: 'As the project',
  within: (seconds: number) =>
    seconds < 60
      ? `after ${seconds} s`
      : seconds < 3600
        ? `after ${Math.round(seconds / 60)} min`
        : `after ${Math.round(seconds / 3600)} h`,

  rules: 'Rules',
  noRules: 'No rule yet. “Always” answers become rules too, and stand here.',
  afterwards: (count: number) =>
    count === 1 ? 'Then the rule of the project.' : `Then the ${count} rules of the project.`,
  actions,
  action: 'What to do',
  kind: 'Kind of tool',
  anyKind: 'Any tool',
  kinds,
  commandPattern: 'Command',
  commandHint: 'Command, such as git status *',
  pathPattern: 'Path',
  pathHint: 'Path, such as src/**',
  agent: 'Agent',
  anyAgent: 'Any agent',
  anything: 'anything',
  by: (agent: string) => `by ${agent}`,
  fromAlways: 'from “always”',
  add: 'Add rule',
  addFirst: 'It becomes the first rule.',
  save: 'Save rule',
  cancel: 'Cancel',
  edit: 'Edit',
  remove: 'Take back',
  up: 'Move up',
  down: 'Move down',
  ofRule: (what: string, rule: string) => `${what}: ${rule}`,
  removed: (rule: string) => `Taken back: ${rule}`,
  undo: 'Undo',

  tried: (action: PolicyAction, count: number, of: number) => {
    if (of === 0) return 'Nothing was asked here yet, so it cannot be tried.';
    if (action === 'ask') return 'Asks, whatever the rules below it say.';
    const verb = action === 'allow' ? 'allowed' : 'denied';
    return `Would have ${verb} ${count} of the last ${of}.`;
  },
  against: (count: number) => `${count} against what you answered.`,

  decidedBy: ({ by, scope, rule, mode }: PermissionDecision, subject: string): string => {
    const whose = scope === 'project' ? 'of the project' : 'of the session';
    if (by === 'rule') return rule === undefined ? 'by a rule' : `by a rule ${whose}: ${subject}`;
    if (by === 'mode')
      return mode === undefined ? 'by the mode' : `by the mode ${whose}: ${modes[mode].name.toLowerCase()}`;
    return 'nobody answered in time';
  },

  remember: 'What “always” does',
  rememberIn: { session: 'In this session', project: 'In the project', agent: 'In the agent' },
  makes: 'Makes the rule',
  makesMany: 'Makes the rules',
  takeBack: 'It can be taken back under “Permissions”.',
};
