import type { Continuity, ErrorCode, ToolKind } from '@pilotlight/protocol';
import { time } from './common.ts';

const count = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const transcript = {
  label: 'Transcript',
  empty: 'Nothing said yet. Type below what should be done; the answer appears here.',
  loadingChat: 'Loading the chat',
  loadingEarlier: 'Loading earlier messages',
  start: 'Beginning of the chat',
  cannotFollow: (message: string) => `This chat cannot be shown: ${message}`,
  jump: 'Jump to latest',
  newMessages: (n: number) => count(n, 'new message'),
  openFile: (path: string) => `Open ${path} in the side`,
  you: 'You',
  to: (agent: string) => `to ${agent}`,
  promptBy: (agent: string) => `Your prompt to ${agent}`,
  answerBy: (agent: string) => `Answer of ${agent}`,
  sending: 'Sending…',
  notSent: (message: string) => `Not sent: ${message}`,
  sendAgain: 'Try again',
  giveUp: 'Discard',
  actions: 'Actions of this message',
  copyText: 'Copy text',
  copyLink: 'Copy link',
  copied: 'Copied',
  beginning: (bytes: string) => `Show the beginning (${bytes})`,
  showLess: 'Show less',

  thought: (ms: number) => (ms < 1000 ? 'Thought briefly' : `Thought for ${time.duration(ms)}`),
  thinking: 'Thinking',

  verbs: {
    edit: { asks: 'Wants to edit', doing: 'Editing', done: 'Edited' },
    create: { asks: 'Wants to create', doing: 'Creating', done: 'Created' },
    delete: { asks: 'Wants to delete', doing: 'Deleting', done: 'Deleted' },
    move: { asks: 'Wants to move', doing: 'Moving', done: 'Moved' },
    read: { asks: 'Wants to read', doing: 'Reading', done: 'Read' },
    search: { asks: 'Wants to search for', doing: 'Searching for', done: 'Searched for' },
    execute: { asks: 'Wants to run', doing: 'Running', done: 'Ran' },
    fetch: { asks: 'Wants to fetch', doing: 'Fetching', done: 'Fetched' },
  },
  toolKinds: {
    read: 'Read',
    edit: 'Edit',
    delete: 'Delete',
    move: 'Move',
    search: 'Search',
    execute: 'Command',
    think: 'Task',
    fetch: 'Fetch',
    switch_mode: 'Mode',
    other: 'Tool',
  } satisfies Record<ToolKind, string>,
  untitledTool: 'Tool call',
  moreFiles: (n: number) => `and ${count(n, 'more file')}`,
  exit: (code: number) => `exit ${code}`,
  failed: 'failed',
  refused: 'refused',
  cancelled: 'not finished',
  waiting: 'waiting for your answer',
  calls: (n: number) => count(n, 'call'),
  output: 'Output',
  noOutput: 'No output.',
  nothingMore: 'The agent said nothing more about this call.',
  allLines: (n: number) => `Show all ${n.toLocaleString('en')} lines`,
  wholeOutput: (bytes: string) => `Show the whole output (${bytes})`,
  tailOnly: 'Show the last lines only',
  rawInput: 'Input',
  loadDiff: (path: string) => `Show the change of ${path}`,
  unreadableDiff: 'The stored change could not be read.',
  folded: {
    read: [(n: number) => `Read ${count(n, 'file')}`, (n: number) => `Reading ${count(n, 'file')}`],
    search: [
      (n: number) => (n === 1 ? 'Searched once' : `Searched ${n} times`),
      (n: number) => (n === 1 ? 'Searching' : `Searching, ${n} so far`),
    ],
    fetch: [(n: number) => `Fetched ${count(n, 'page')}`, (n: number) => `Fetching ${count(n, 'page')}`],
  } as Record<string, [(n: number) => string, (n: number) => string]>,

  plan: 'Plan',
  planDone: (done: number, all: number) => `${done} of ${all} done`,
  planState: { pending: 'To do', in_progress: 'In progress', completed: 'Done' },

  image: 'Image',
  audio: 'Audio',
  openImage: 'Open image in a new tab',
  attachment: (name: string) => `Attached: ${name}`,
  opaque: (name: string) => `The agent sent “${name}”, which this page does not know.`,
  opaqueShort: 'Unknown update',

  notices: {
    cold: [
      'Cold',
      'The warm agent was not available, so this turn ran in a process of its own. The next turn tries warm again.',
    ],
    recap: ['Recap', 'The agent had not seen part of this chat and was told of it in short.'],
    compaction: ['Compacted', 'The agent shortened its memory of this chat to make room.'],
    provider_retry: ['Retried', 'The model provider did not answer at first.'],
    output_limit: ['Cut off', 'The model reached the limit of its output.'],
    stop_reason: ['Stopped', 'The agent ended the turn before it was done.'],
    stopped_after_tool: ['Stopped', 'The agent ended its turn after a tool call.'],
    agent_notice: ['Notice', 'Said by the agent.'],
    interrupted: ['Interrupted', 'The turn was cut off.'],
  } as Record<string, [string, string]>,
  notice: 'Notice',

  continuity: {
    live: ['Live', 'The agent was warm and remembers the chat itself.'],
    reattached: [
      'Went on over a restart',
      'The server was away for a while. The agent worked on meanwhile, and nothing was lost.',
    ],
    resumed: ['Resumed', 'The agent was started again and took up its own memory of this chat.'],
    loaded: ['Loaded', 'The agent was started again and read this chat anew.'],
    recap: ['Recap', 'The agent was started again without its memory and was told of the chat in short.'],
    fresh: ['Fresh', 'The agent was started for this turn and knew nothing before it.'],
  } satisfies Record<Continuity, [string, string]>,
  coldTurn: ['Cold', 'The warm agent was not available, so this turn ran in a process of its own.'],

  turn: {
    starting: 'Starting the agent',
    running: 'Working',
    needsYou: 'Waiting for your answer',
    completed: 'Done',
    failed: 'Failed',
    cancelled: 'Cancelled',
    interrupted: 'Interrupted',
  },
  cancelledWhy: 'You stopped this turn.',
  keptSoFar: 'What was done so far is kept.',
  interruptedWhy: 'The server or the agent ended in the middle. Send again to go on.',
  goOn: 'Continue',
  goOnAbout: (prompt: string) => `Sends “${prompt}” to the same agent.`,
  wentOnByItself: 'Went on by itself after an interruption',
  whatNext: {
    agent_login_required: 'Log in to the agent, then let it go on.',
    agent_usage_limit: 'What continues this turn waits in the queue until the limit resets.',
    agent_not_installed: 'Install the agent on the Agents page, then send again.',
    agent_unavailable: 'Send again; the next turn starts the agent anew.',
    agent_timeout: 'Send again; the agent is started anew.',
    model_unknown: 'Choose another model below, then send again.',
    worktree_missing: 'Bring the worktree back, then send again.',
    store_full: 'Make room on the disk, then send again.',
  } as Partial<Record<ErrorCode, string>>,
  repair: {
    action: 'Bring the worktree back',
    present: 'The worktree is where it should be.',
    moved: 'The worktree was found where it was moved to.',
    linked: 'The worktree is linked to its repository again. Its files are as they were.',
    recreated: (stateOf: number | null) =>
      stateOf === null
        ? 'The worktree was made again from its branch. What was not committed is not in it.'
        : `The worktree was made again, with its files as of ${new Date(stateOf).toLocaleString()}.`,
  },
  showTurnChanges: 'Show what this turn changed',
  changedFiles: (n: number) => `Changed ${count(n, 'file')}`,
  sendPromptAgain: 'Send again',
  tokens: (n: number) => `${n < 1000 ? n : `${(n / 1000).toFixed(n < 10_000 ? 1 : 0)}k`} tokens`,
  usage: {
    input: 'Input',
    output: 'Output',
    reasoning: 'Reasoning',
    cacheRead: 'Read from cache',
    cacheWrite: 'Written to cache',
    context: 'Context',
    cost: 'Cost',
  },

  announce: {
    done: (agent: string, lastLine: string) => `${agent} is done. ${lastLine}`,
    ended: (agent: string, how: string) => `${agent}: ${how}.`,
    question: (title: string) => `Question: ${title}`,
  },

  find: {
    label: 'Find in chat',
    placeholder: 'Find in chat',
    next: 'Next hit',
    previous: 'Previous hit',
    none: 'Nothing found',
    searching: 'Searching',
    count: (at: number, all: number) => `${at.toLocaleString('en')} of ${all.toLocaleString('en')}`,
  },

  markdown: {
    done: 'Done',
    open: 'To do',
    image: 'Image',
    imageAt: (alt: string, host: string) => `${alt} (image at ${host})`,
    moreRows: (n: number) => `Show ${count(n, 'more row')}`,
  },

  diff: {
    of: (path: string) => `Changes of ${path}`,
    same: 'No line differs.',
    gap: (n: number) => count(n, 'unchanged line'),
    more: (n: number) => `Show ${count(n, 'more line')}`,
  },

  commands: {
    group: 'Transcript',
    nextMessage: 'Go to the next message',
    previousMessage: 'Go to the previous message',
    nextTool: 'Go to the next tool call',
    previousTool: 'Go to the previous tool call',
    latest: 'Jump to latest',
    find: 'Find in chat',
    copyAnswer: 'Copy the last answer',
  },
  nothingToCopy: 'There is no answer to copy yet.',

  bytes(n: number): string {
    if (n < 1000) return `${n} B`;
    if (n < 1_000_000) return `${Math.round(n / 1000)} KB`;
    return `${(n / 1_000_000).toFixed(1)} MB`;
  },
};
