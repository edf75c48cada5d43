import type { Chat, Session } from '@pilotlight/protocol';
import {
  Archive,
  ArchiveRestore,
  Ellipsis,
  EyeOff,
  Folder,
  GitBranch,
  PanelRight,
  Pencil,
  ShieldCheck,
  Trash2,
} from 'lucide-react';

import { useKeysOf } from '../../app/commands.ts';
import { useIndex } from '../../live/index-store.ts';
import { server } from '../../live/server.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Menu } from '../../ui/menu.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import * as words from '../../words/index.ts';
import { setArchived } from '../board/session-actions.ts';
import { sessionTitle } from '../board/session-title.ts';
import { openIgnoredFiles } from '../checkpoints/open-ignored-files.ts';
import { openPolicy } from '../policies/open-policy.ts';
import { EditableTitle } from './editable-title.tsx';

export interface SessionHeaderProps {
  session: Session;
  chats: Chat[];
  /** the chat whose agent's state is shown */
  chat: Chat | null;
  isSideOpen: boolean;
  isRenaming: boolean;
  onRename(renaming: boolean): void;
  onToggleSide(): void;
  isReviewing: boolean;
  onReview(): void;
  onRemove(): void;
}

const ICON = { size: 14, strokeWidth: 1.75 } as const;

/** What this session is: title, branch, changed lines, the state of its agent, and what can be done with it. */
export function SessionHeader(props: SessionHeaderProps) {
  const { session, chats, chat, isSideOpen, isRenaming, onRename, onToggleSide, onRemove } = props;
  const keys = useKeysOf('session.toggle-side');
  const title = sessionTitle({ session, chats });
  const w = words.session;
  const rename = (next: string | null) => {
    onRename(false);
    if (next !== null) server.updateSession(session.id, { title: next }).catch(showError);
  };
  return (
    <header
      aria-label={w.header}
      className="flex h-11 shrink-0 items-center gap-x-3 border-b border-line pr-2 pl-4 pointer-coarse:h-13"
    >
      <EditableTitle
        value={title}
        label={w.titleField}
        isEditing={isRenaming}
        onDone={rename}
        className="w-80 text-ui font-semibold"
      >
        <h1
          className="min-w-0 shrink truncate text-ui font-semibold"
          onDoubleClick={() => onRename(true)}
          title={title}
        >
          {title}
        </h1>
      </EditableTitle>
      <Branch session={session} />
      <ReviewButton session={session} isReviewing={props.isReviewing} onReview={props.onReview} />
      {chat === null ? null : <AgentState chat={chat} />}
      <span className="flex-1" />
      {session.archivedAt === null ? null : (
        <Button
          icon={<ArchiveRestore {...ICON} />}
          onClick={() => void setArchived(session.id, title, false)}
        >
          {w.restore}
        </Button>
      )}
      <span className="flex items-center">
        {props.isReviewing ? null : (
          <IconButton
            label={isSideOpen ? w.hideSide : w.showSide}
            keys={keys}
            icon={<PanelRight size={16} strokeWidth={1.75} />}
            active={isSideOpen}
            aria-expanded={isSideOpen}
            onClick={onToggleSide}
          />
        )}
        <SessionMenu session={session} title={title} onRename={() => onRename(true)} onRemove={onRemove} />
      </span>
    </header>
  );
}

/** What the session changed, as the way to review it; and the way back. */
function ReviewButton(props: { session: Session; isReviewing: boolean; onReview(): void }) {
  const { session, isReviewing, onReview } = props;
  const keys = useKeysOf('session.review');
  const { diff } = session;
  const w = words.review;
  const isPlain = diff === null || diff.files === 0;
  if (isPlain && !isReviewing) return null;
  const what = diff === null ? '' : words.session.files(diff.files);
  return (
    <Tooltip label={isReviewing ? w.leave : `${w.open}: ${what}`} keys={keys}>
      <button
        type="button"
        aria-pressed={isReviewing}
        onClick={onReview}
        className={cx(
          'inline-flex h-7 shrink-0 items-center gap-1.5 rounded-md px-1.5 text-small hover:bg-hover pointer-coarse:h-11',
          isReviewing && 'bg-active text-ink',
        )}
      >
        {isPlain ? (
          w.title
        ) : (
          <>
            <span className="sr-only">{w.title}</span>
            {/* Of an image, or a file that only moved, no lines are counted. */}
            {diff.additions + diff.deletions === 0 ? (
              words.changes.files(diff.files)
            ) : (
              <DiffCount additions={diff.additions} deletions={diff.deletions} />
            )}
          </>
        )}
      </button>
    </Tooltip>
  );
}

function Branch({ session }: { session: Session }) {
  const w = words.session;
  if (session.inPlace)
    return <span className="hidden truncate text-small text-ink-3 phone:inline">{w.inPlace}</span>;
  const branch = session.worktree?.branch;
  if (branch === undefined) return null;
  return (
    <Tooltip label={w.copyBranch}>
      <button
        type="button"
        onClick={() => copy(branch)}
        className="hidden max-w-60 min-w-0 shrink-[4] items-center gap-1 rounded-sm px-1 text-small text-ink-3 hover:bg-hover hover:text-ink phone:inline-flex pointer-coarse:h-11"
      >
        <GitBranch size={13} strokeWidth={1.75} className="shrink-0" aria-hidden />
        <span className="truncate font-mono">{branch}</span>
      </button>
    </Tooltip>
  );
}

/** Whether the agent of the chat is warm, in a word that explains itself. */
function AgentState({ chat }: { chat: Chat }) {
  const state = useIndex(({ agentSessions }) => agentSessions[`${chat.id}/${chat.agent}`]);
  const w = words.session;
  const word = w.states[state?.state ?? 'cold'];
  const why = state?.why ?? w.notStarted;
  return (
    <Tooltip label={w.stateOf(chat.agent, word, why)}>
      <button
        type="button"
        aria-label={w.stateOf(chat.agent, word, why)}
        className="hidden shrink-0 rounded-sm px-1 text-small text-ink-3 phone:inline pointer-coarse:h-11"
      >
        {word}
      </button>
    </Tooltip>
  );
}

function SessionMenu(props: { session: Session; title: string; onRename(): void; onRemove(): void }) {
  const { session, title, onRename, onRemove } = props;
  const { worktree, archivedAt } = session;
  const isGit = useIndex(({ projects }) => projects[session.projectId]?.kind === 'git');
  const w = words.session;
  return (
    <Menu
      trigger={<IconButton label={w.menu} icon={<Ellipsis size={16} strokeWidth={1.75} />} />}
      items={[
        { label: w.rename, icon: <Pencil {...ICON} />, onSelect: onRename },
        {
          label: words.policies.open,
          icon: <ShieldCheck {...ICON} />,
          onSelect: () => openPolicy({ projectId: session.projectId, sessionId: session.id }),
        },
        ...(isGit
          ? [
              {
                label: words.checkpoints.ignored.open,
                icon: <EyeOff {...ICON} />,
                onSelect: () => openIgnoredFiles({ projectId: session.projectId, sessionId: session.id }),
              },
            ]
          : []),
        {
          label: w.copyPath,
          icon: <Folder {...ICON} />,
          disabled: worktree === null,
          onSelect: () => copy(worktree?.path ?? ''),
        },
        {
          label: w.copyBranch,
          icon: <GitBranch {...ICON} />,
          disabled: worktree === null,
          onSelect: () => copy(worktree?.branch ?? ''),
        },
        null,
        archivedAt === null
          ? {
              label: w.archive,
              icon: <Archive {...ICON} />,
              onSelect: () => void setArchived(session.id, title, true),
            }
          : {
              label: w.restore,
              icon: <ArchiveRestore {...ICON} />,
              onSelect: () => void setArchived(session.id, title, false),
            },
        { label: w.remove, icon: <Trash2 {...ICON} />, danger: true, onSelect: onRemove },
      ]}
    />
  );
}

function copy(text: string): void {
  navigator.clipboard.writeText(text).then(() => toast(words.session.copied(text)), showError);
}
