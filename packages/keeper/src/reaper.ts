import { setTimeout as delay } from 'node:timers/promises';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { killMarked, killRemains, signalGroup } from './process-group.ts';
import { currentBootId, isAlive } from './process-identity.ts';

/** What became of the children of dead servers. */
export interface ReapReport {
  /** children that still ran and were ended with their groups */
  ended: LedgerEntry[];
  /** children that had ended, but left processes behind; those were killed */
  leftBehind: LedgerEntry[];
  /** entries of an earlier boot, or of children that are gone with all they started */
  stale: number;
}

/**
 * Ends what servers that died have left, by identity only: a process counts as a child when pid, start time and boot are
 * those of the ledger. Of a child that is gone, only processes that carry its mark are killed. Children of a server that
 * still lives are left alone. `graceMs`: between SIGTERM and SIGKILL.
 */
export async function reapLeftovers(ledger: Ledger, graceMs = 2000): Promise<ReapReport> {
  const report: ReapReport = { ended: [], leftBehind: [], stale: 0 };
  await Promise.all(
    ledger.entries().map(async (entry) => {
      if (isAlive(entry.server)) return;
      if (isAlive(entry)) {
        await endGroup(entry, graceMs);
        report.ended.push(entry);
      } else if (entry.bootId === currentBootId() && killMarked(entry.group, entry.id) > 0) {
        report.leftBehind.push(entry);
      } else report.stale += 1;
      ledger.remove(entry.id);
    }),
  );
  return report;
}

async function endGroup(entry: LedgerEntry, graceMs: number): Promise<void> {
  signalGroup(entry.group, 'SIGTERM');
  // A stopped process takes its SIGTERM only when it goes on.
  signalGroup(entry.group, 'SIGCONT');
  // No child of ours, so nobody tells when it ends.
  for (let waited = 0; waited < graceMs && isAlive(entry); waited += 20) await delay(20);
  if (isAlive(entry)) signalGroup(entry.group, 'SIGKILL');
  for (let waited = 0; waited < 5000 && isAlive(entry); waited += 5) await delay(5);
  if (!isAlive(entry)) await killRemains(entry.group);
}
