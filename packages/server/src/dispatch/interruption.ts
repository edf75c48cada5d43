import {
  interruptionReason,
  toErrorInfo,
  type ErrorInfo,
  type InterruptionReason,
} from '@pilotlight/protocol';
import type { ProcessPort } from '@pilotlight/keeper';
import { interrupted } from '../backends/interrupted.ts';
import type { Store } from '../store/store.ts';

/** What became of a turn is a sentence of its own, added at its end, when it is known whether it goes on by itself. */
const WHAT_NEXT = 'What was said is kept; send again to go on.';
const GOES_ON = 'What was said is kept, and it goes on by itself.';

/** What happened, where nothing more is known than the reason. */
const WHAT: Record<InterruptionReason, (agent: string) => string> = {
  rebooted: (agent) => `The machine was started anew while ${agent} worked on this turn.`,
  keeper_gone: (agent) => `The keeper of the agents ended while this turn ran, and ${agent} with it.`,
  no_keeper: (agent) =>
    `The server ended while this turn ran, and ${agent} with it, since agents run without a keeper here (PILOTLIGHT_KEEPER=off).`,
  agent_gone: (agent) => `${agent} was not there any more when the server came back.`,
  cold: (agent) =>
    `The server ended while this turn ran. ${agent} ran it cold, in a process of its own, which no other server can go on with.`,
  not_taken_up: (agent) => `The server ended while this turn ran, and ${agent} cannot be gone on with.`,
  stopped: (agent) => `The server was stopped while this turn ran, and ${agent} with it.`,
};

export function interruption(reason: InterruptionReason, agent: string): ErrorInfo {
  return toErrorInfo(interrupted(reason, WHAT[reason](agent)));
}

/** The error with a reason; `loss`: what is known of the end of the last server, for an error that says none. */
export function withReason(error: ErrorInfo, agent: string, loss: InterruptionReason): ErrorInfo {
  if (error.code !== 'interrupted' || interruptionReason(error) !== null) return error;
  return interruption(loss, agent);
}

/** As it is shown. */
export function withWhatNext(error: ErrorInfo, goesOn: boolean): ErrorInfo {
  return { ...error, message: `${error.message} ${goesOn ? GOES_ON : WHAT_NEXT}` };
}

const KEY = 'keeper';

/** What took the processes of the last server that cannot be found any more. The machine was not started anew since. */
export function lossSince(store: Store, processes: ProcessPort): InterruptionReason {
  const before = (store.settings.get(KEY) ?? null) as string | null;
  if (before === null) return 'no_keeper';
  return before === processes.keeper ? 'agent_gone' : 'keeper_gone';
}

/** For the next server, as soon as this one has found out what the last one left. */
export function noteKeeper(store: Store, processes: ProcessPort): void {
  store.settings.set(KEY, processes.keeper);
}
