import { parsePullRequest } from '@pilotlight/protocol';
import { Cloud, GitBranch, GitCommitHorizontal, GitPullRequest } from 'lucide-react';
import { Picker, type PickerItem } from '../../ui/picker.tsx';
import * as words from '../../words/index.ts';
import { PickerTrigger } from './picker-trigger.tsx';
import { useBranches } from './reads.ts';

const ICON = { size: 14, strokeWidth: 1.75, className: 'shrink-0 text-ink-3' };
const HEAD = 'head:';

interface BasePickerProps {
  projectId: string;
  /** null: what is checked out */
  base: string | null;
  onBase(base: string | null): void;
}

/** What a session starts from: a branch of the list, or a tag, a commit or a pull request that is typed. */
export function BasePicker({ projectId, base, onBase }: BasePickerProps) {
  const text = words.board.create;
  const { data } = useBranches(projectId);
  const branches = data?.branches ?? [];
  const shown = base ?? data?.head ?? null;
  return (
    <Picker
      label={text.base}
      placeholder={text.searchBases}
      empty={text.noBranch}
      selectedId={shown ?? HEAD}
      onSelect={(id) => onBase(id === HEAD || id === data?.head ? null : id)}
      typed={typedBase}
      items={
        branches.length === 0
          ? [{ id: HEAD, text: text.currentBranch, name: text.currentBranch }]
          : branches.map(({ name, remote, checkedOut }) => ({
              id: name,
              text: name,
              name,
              icon: remote ? <Cloud {...ICON} aria-label={text.remote} /> : <GitBranch {...ICON} />,
              detail:
                name === data?.head ? text.headBranch : checkedOut ? text.checkedOutElsewhere : undefined,
              group: remote ? text.remoteBranches : text.localBranches,
            }))
      }
      trigger={
        <PickerTrigger icon={<GitBranch {...ICON} />}>{text.from(shown ?? text.currentBranch)}</PickerTrigger>
      }
    />
  );
}

function typedBase(query: string): PickerItem {
  const text = words.board.create;
  const pullRequest = parsePullRequest(query);
  return {
    id: query,
    text: query,
    name: pullRequest === null ? text.typedBase(query) : text.pullRequest(pullRequest.number),
    detail: pullRequest === null ? text.tagOrCommit : text.willBeFetched,
    wrap: true,
    icon: pullRequest === null ? <GitCommitHorizontal {...ICON} /> : <GitPullRequest {...ICON} />,
  };
}
