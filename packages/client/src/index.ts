export type { Client, FollowOptions, Following } from './client.ts';
export { createClient } from './create-client.ts';
export type { ClientOptions } from './create-client.ts';
export { errorCodeOf } from './http-caller.ts';
export type { InstallOptions } from './install-agent.ts';
export type { ConnectionStatus, FollowHandlers } from './topic-follow.ts';
export { isTurnEnded } from './wait-for-turn.ts';
export type { DiffPageOptions, FileDiffOptions, ReviewClient } from './review-client.ts';
export type { WaitOptions } from './wait-for-turn.ts';
