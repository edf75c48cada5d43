import { uuidv7 } from 'uuidv7';

/** Prefixes of every id, one a kind; the rest is a UUIDv7, so ids sort by creation time. */
export const ID_PREFIX = {
  project: 'prj',
  session: 'ses',
  worktree: 'wkt',
  chat: 'cht',
  message: 'msg',
  turn: 'trn',
  permission: 'prm',
  task: 'tsk',
  comparison: 'cmp',
  schedule: 'sch',
  trigger: 'trg',
  rule: 'rul',
  comment: 'cmt',
  action: 'act',
  mcpServer: 'mcp',
  checkpoint: 'ckp',
  script: 'scr',
} as const;

export type IdKind = keyof typeof ID_PREFIX;

/** A new id of that kind, for example `cht_0198f0a4-…`. Clients make turn and task ids themselves. */
export function newId(kind: IdKind): string {
  return `${ID_PREFIX[kind]}_${uuidv7()}`;
}

export const INDEX_TOPIC = 'index';

/** The journal topic of one chat. */
export function chatTopic(chatId: string): string {
  return `chat:${chatId}`;
}

/** The chat of a `chat:<id>` topic, or null for any other topic. */
export function chatOfTopic(topic: string): string | null {
  return topic.startsWith('chat:') ? topic.slice('chat:'.length) : null;
}
