import type { ReviewFacts, ReviewRequest, Session } from '@pilotlight/protocol';
import {
  ArrowDownToLine,
  ArrowUpFromLine,
  Ellipsis,
  GitMerge,
  GitPullRequest,
  ListRestart,
} from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import * as words from '../../words/index.ts';

export interface ActionsMenuProps {
  session: Session;
  title: string;
  facts: ReviewFacts | null;
  /** why nothing can be done now; null: it can */
  why: string | null;
  ask(request: ReviewRequest): void;
}

const ICON = { size: 14, strokeWidth: 1.75 } as const;

/** What can be done with the session's branch. What cannot be says why, in its place. */
export function ActionsMenu({ session, title, facts, why, ask }: ActionsMenuProps) {
  const w = words.review;
  const item = (
    request: ReviewRequest,
    icon: React.ReactNode,
    name: string | null,
    whyNot: string | null,
  ): MenuItem => {
    const reason = why ?? (facts === null ? words.common.loading : whyNot);
    const label = w.actions[request.kind].menu(name ?? '');
    return {
      label: reason === null ? label : w.disabled(label, reason),
      icon,
      disabled: reason !== null,
      onSelect: () => ask(request),
    };
  };
  const base = facts?.baseBranch ?? null;
  const remote = facts?.remotes[0] ?? null;
  const whyNoBase = session.inPlace ? w.whyInPlace : base === null ? w.whyNoBase : null;
  const whyNoRemote = remote === null ? w.whyNoRemote : null;
  return (
    <Menu
      trigger={
        <Button look="quiet" icon={<Ellipsis size={16} strokeWidth={1.75} />}>
          {w.branchMenu}
        </Button>
      }
      items={[
        item({ kind: 'rebase' }, <ListRestart {...ICON} />, base, whyNoBase),
        item({ kind: 'merge_base' }, <ArrowDownToLine {...ICON} />, base, whyNoBase),
        item(
          { kind: 'merge' },
          <GitMerge {...ICON} />,
          base,
          whyNoBase ?? (facts?.ahead === 0 ? w.whyNoCommits : null),
        ),
        null,
        item({ kind: 'push' }, <ArrowUpFromLine {...ICON} />, remote, whyNoRemote),
        item(
          { kind: 'pull_request', title, body: '' },
          <GitPullRequest {...ICON} />,
          facts?.forge ?? null,
          whyNoRemote ?? (facts?.forge === null ? w.whyNoForge : null),
        ),
      ]}
    />
  );
}
