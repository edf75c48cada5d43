import { time } from './common.ts';

export const agents = {
  title: 'Agents & machine',

  agents: 'Agents',
  counts: (found: number, missing: number) =>
    missing === 0 ? `${found} found` : `${found} found, ${missing} missing`,
  found: 'Found',
  missing: 'Not found',
  ownConfig: 'From agents.json',
  backends: { opencode_server: 'HTTP server', acp_warm: 'ACP' },
  version: (version: string) => `Version ${version}`,
  failsToStart: 'Fails to start',
  failing: (count: number) => (count === 1 ? '1 agent fails to start' : `${count} agents fail to start`),
  login: 'Login',
  loginName: (agent: string) => `Login of ${agent}`,
  install: 'Install',
  installName: (agent: string) => `Install ${agent}`,
  installing: (agent: string) => `Installing ${agent}`,
  installed: (agent: string) => `${agent} is installed.`,
  installFailed: (agent: string) => `${agent} was not installed`,
  stop: 'Stop',
  installLog: 'What npm says',
  installWaiting: 'Waiting for npm',
  hideLog: 'Hide the log',

  processes: 'Running processes',
  processTotal: (count: number, memory: string) =>
    `${count === 1 ? '1 process' : `${count} processes`}, ${memory}`,
  noProcesses: 'No agent is running. One starts with the next prompt, and stays warm for the ones after it.',
  columns: { memory: 'Memory', cpu: 'Processor', uptime: 'Running for' },
  memoryAbout: 'Of the process and everything it started',
  cpuAbout: 'Processor time of the process and everything it started',
  unknown: 'unknown',
  pid: (pid: number) => `Process ${pid}`,
  states: { cold: 'Cold', starting: 'Starting', ready: 'Warm', busy: 'Working', closing: 'Closing' },
  noChats: 'No chat',
  untitled: 'New chat',
  lastUsed: 'used',
  keepWarm: 'Keep warm',
  keepWarmName: (agent: string, chat: string) => `Keep warm: ${agent} in ${chat}`,
  keepWarmAbout: 'It stays, however long it is idle and whatever memory it takes.',
  keepWarmOff: 'It stays because you asked. Press to let it be released again.',
  release: 'Release now',
  releaseName: (agent: string, chat: string) => `Release now: ${agent} in ${chat}`,
  releaseAbout: 'Gives its memory back. The next prompt resumes the conversation.',
  releaseBusy: 'A turn runs in it. Stop the turn first.',
  released: (agent: string) => `${agent} was released. The next prompt resumes the conversation.`,

  releasedTitle: 'Released',
  releasedAbout: 'Their next prompt resumes the conversation.',

  health: 'Health',
  status: { up: 'Everything works', degraded: 'Works in part', down: 'Does not work' },
  server: 'Server',
  serverLine: (version: string, pid: number) => `Version ${version}, process ${pid}`,
  since: 'running for',
  store: 'Store',
  storeStates: { up: 'Working', down: 'Not working' },
  backend: 'Backends',
  backendStates: { up: 'up', down: 'down' },
  agentsFile: 'agents.json',
  agentsFileAbout: 'Until it is mended there are only the built-in agents, as they are built in.',
  circuits: 'Warm starts',
  noCircuits: 'None fails.',
  failures: (count: number) => (count === 1 ? 'Failed once' : `Failed ${count} times in a row`),
  circuitAbout: 'Until it works again, prompts run cold: slower, and without memory of the chat but a recap.',
  retryIn: (ms: number) => `Tried again with the first prompt after ${time.duration(ms)}.`,
  retryNow: 'The next prompt tries it again.',

  bytes(count: number): string {
    if (count < 1024 * 1024) return `${Math.max(1, Math.round(count / 1024))} KB`;
    if (count < 1024 ** 3) return `${Math.round(count / 1024 ** 2)} MB`;
    return `${(count / 1024 ** 3).toFixed(1)} GB`;
  },
};
