import type { Message, Part, Permission, Turn } from '@pilotlight/protocol';

/** What is done to a run. `server-kill` also counts kills of a server that is still starting. */
export type DisturbanceKind =
  | 'server-kill'
  | 'agent-kill'
  | 'opencode-kill'
  | 'keeper-kill'
  | 'client-cut'
  | 'server-stop'
  | 'agent-stop'
  | 'keeper-stop'
  | 'disk-full';

export interface Disturbance {
  kind: DisturbanceKind;
  /** epoch ms: begun, and over (a killed server is healthy again, a stopped process goes on) */
  at: number;
  until: number;
  /** the chats whose process it was; null when nobody could say, or when it concerns all */
  chatIds: string[] | null;
  /** the agent whose process it was; null when it was none */
  agent: string | null;
}

/** A prompt as its client knows it. */
export interface Submission {
  turnId: string;
  /** stands in the prompt and nowhere else */
  nonce: string;
  /** the line of the script, which names what it must lead to */
  key: string;
  /** a 202 or 200 came */
  accepted: boolean;
  /** calls until then */
  attempts: number;
  cancelAsked: boolean;
  /** the last error of a prompt that was not accepted */
  refusal: string | null;
}

/** An answer to a question as its client knows it. */
export interface Answer {
  permissionId: string;
  /** how often the server said that this answer is the one */
  taken: number;
  refusals: string[];
}

export interface ChatRecord {
  name: string;
  agent: string;
  chatId: string;
  /** folders whose paths differ from run to run, the inner ones first */
  places: string[];
  submissions: Submission[];
  answers: Answer[];
  turns: Turn[];
  messages: Message[];
  permissions: Permission[];
}

export interface TopicRecord {
  topic: string;
  frames: number;
  snapshots: number;
  /** frames that were folded away before this client came back */
  skipped: number;
  connections: number;
  problems: { seq: number; text: string }[];
}

/** Everything that came of a run, as it is judged. */
export interface RunRecord {
  chats: ChatRecord[];
  topics: TopicRecord[];
  disturbances: Disturbance[];
  /** nonce → how often an agent got the prompt */
  deliveries: Map<string, number>;
  /** nonce → how often its command ran */
  effects: Map<string, number>;
  /** processes that nobody owns any more, in words */
  survivors: string[];
  /** what went wrong with the run itself, in words */
  failures: string[];
}

/** `<agent> <key>` → what the undisturbed run made of that line */
export type Reference = ReadonlyMap<string, Part[]>;

export interface Problem {
  what: string;
  chat?: string;
  turn?: string;
  seq?: number;
  detail: string;
}
