import type { Policy, PolicyScope, UpdatePolicy } from '@pilotlight/protocol';
import { useRef } from 'react';
import { currentIndex, useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { showError } from '../../ui/toasts.tsx';

/** A policy as it is now, for everybody; empty before its first change. */
export function usePolicy(scope: PolicyScope, scopeId: string): Policy {
  const kept = useIndex(({ policies }) => policies[scopeId]);
  return kept ?? empty(scope, scopeId);
}

/** Resolves with whether it was changed; when not, it was said why. */
export type ChangePolicy = (make: (policy: Policy) => UpdatePolicy) => Promise<boolean>;

/**
 * Changes a policy at once, one change after the other, each made from what the one before left. What somebody else changed
 * since it was drawn is not overwritten.
 */
export function useChangePolicy(scope: PolicyScope, scopeId: string): ChangePolicy {
  const last = useRef<Promise<unknown>>(Promise.resolve());
  const own = useRef<Policy | null>(null);
  return (make) => {
    const change = async (): Promise<boolean> => {
      const kept = currentIndex().policies[scopeId] ?? empty(scope, scopeId);
      const now = own.current !== null && own.current.revision > kept.revision ? own.current : kept;
      try {
        own.current = await server.updatePolicy(scope, scopeId, { ...make(now), revision: now.revision });
        return true;
      } catch (error) {
        showError(error);
        return false;
      }
    };
    const done = last.current.then(change);
    last.current = done;
    return done;
  };
}

function empty(scope: PolicyScope, scopeId: string): Policy {
  return { scope, scopeId, mode: null, answerWithin: null, rules: [], revision: 0, updatedAt: null };
}
