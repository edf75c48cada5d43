import type { PermissionOption, QuestionField, ToolKind } from '@pilotlight/protocol';

const asks: Record<ToolKind, string> = {
  execute: 'wants to run a command',
  edit: 'wants to change a file',
  delete: 'wants to delete',
  move: 'wants to move a file',
  read: 'wants to read',
  search: 'wants to search',
  fetch: 'wants to fetch from the network',
  think: 'asks for permission',
  switch_mode: 'wants to change its mode',
  other: 'asks for permission',
};

const covers: Record<ToolKind, string> = {
  execute: 'running commands',
  edit: 'changing files',
  delete: 'deleting',
  move: 'moving files',
  read: 'reading',
  search: 'searching',
  fetch: 'fetching from the network',
  think: 'this tool',
  switch_mode: 'changing its mode',
  other: 'this tool',
};

const verdicts: Record<PermissionOption['kind'], string> = {
  allow_once: 'Allowed',
  allow_always: 'Always allowed',
  reject_once: 'Refused',
  reject_always: 'Always refused',
};

const people: Record<string, string> = {
  page: 'on the page',
  cli: 'in the terminal',
  api: 'through the API',
  editor: 'in the editor',
};

export const questions = {
  asks: (agent: string, kind: ToolKind) => `${agent} ${asks[kind]}`,
  question: (agent: string) => `${agent} asks`,
  where: (project: string, session: string, chat: string) =>
    [project, session, chat === session ? '' : chat].filter(Boolean).join(' › '),
  untitledSession: 'New session',
  untitledChat: 'New chat',
  command: 'Command',
  inFolder: 'In',
  outside: 'outside the worktree',
  input: 'Input of the tool',
  newFile: 'new file',
  locations: 'Touches',
  notShown: 'The agent did not say what exactly it will do.',
  tooLarge: 'This change is too large to show here. Open the tool call in the chat.',
  readFailed: (message: string) => `The change cannot be shown: ${message}`,
  options: 'Answers',
  always: (agent: string, names: readonly string[], kind: ToolKind) => {
    const quoted = names.map((name) => `“${name}”`);
    return names.length === 1
      ? `${quoted[0]} makes a rule for ${covers[kind]} that ${agent} keeps itself. How far it reaches and how long it lasts is up to ${agent}.`
      : `${quoted.join(' and ')} make rules for ${covers[kind]} that ${agent} keeps itself. How far they reach and how long they last is up to ${agent}.`;
  },
  addMessage: 'Add a message',
  message: 'Message to the agent',
  messageHint: 'Goes with a refusal: what to do instead. An agent may stop without it, or not hear it.',

  submit: 'Send answers',
  submitOne: 'Send answer',
  decline: 'Decline',
  optional: 'optional',
  other: 'Another answer',
  otherHint: 'Write another answer',
  write: (type: NonNullable<QuestionField['type']>, limits: QuestionField['limits']) => {
    const { minimum, maximum } = limits ?? {};
    if (type === 'text' || type === 'boolean') return 'Write an answer';
    const noun = type === 'integer' ? 'A whole number' : 'A number';
    if (minimum !== undefined && maximum !== undefined) return `${noun} from ${minimum} to ${maximum}`;
    if (minimum !== undefined) return `${noun}, at least ${minimum}`;
    return maximum === undefined ? noun : `${noun}, at most ${maximum}`;
  },
  several: 'Choose any number.',
  problem: (message: string) => `This ${message}.`,
  missing: (count: number) =>
    count === 1 ? 'One answer does not fit yet.' : `${count} answers do not fit yet.`,

  verdict: (kind: PermissionOption['kind']) => verdicts[kind],
  answered: 'Answered',
  declined: 'Declined',
  released: 'Not answered: the turn ended first',
  by: (who: string) => people[who] ?? `by ${who}`,
  withMessage: (message: string) => `“${message}”`,
  notFirst: 'Somebody else answered first',
  notFirstOutcome: (outcome: string) => `Somebody else answered first. ${outcome}`,

  pageHint: 'The agent asks you to open this page. Go on when you are done there.',
  pageDone: 'I have done it',
  deadline: (left: string) => `Refused by itself in ${left}, when nobody answers.`,

  inbox: 'Inbox',
  count: (count: number) => (count === 1 ? '1 open question' : `${count} open questions`),
  empty: 'When an agent needs your permission or an answer, its question stands here, from every session.',
  list: 'Open questions',
  back: 'All questions',
  openChat: 'Open the chat',
  keysHint: 'Arrows move, 1 to 9 answer, Enter opens the chat.',
  noMore: 'All questions are answered',

  group: 'Questions',
  commandTitles: {
    answer: 'Answer next question',
    go: 'Go to next question',
  },
  noneOpen: 'No question is open.',
};
