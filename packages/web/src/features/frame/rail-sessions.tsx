import type { IndexState } from '@pilotlight/protocol';
import { useParams } from '@tanstack/react-router';
import { ChevronRight, Ellipsis, EyeOff, Import, Plus, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useIndex } from '../../live/index-store.ts';
import { useSessionRows } from '../../live/session-rows.ts';
import { server } from '../../live/server.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Menu } from '../../ui/menu.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { openNewSession } from '../board/new-session.ts';
import { openImport } from '../imports/open-import.ts';
import { openIgnoredFiles } from '../checkpoints/open-ignored-files.ts';
import { openPolicy } from '../policies/open-policy.ts';
import { Count } from './frame-link.tsx';
import { moveAmong } from './move-among.ts';
import { railGroups, shownRows, type RailGroup } from './rail-groups.ts';
import { RailSession } from './rail-session.tsx';
import { toggleFolded, useRail } from './rail-state.ts';

const ICON = { size: 14, strokeWidth: 1.75 };
/** Buttons of a project: there when it is pointed at, used by keyboard, or one of them holds its menu open. */
const ON_HOVER =
  'pointer-fine:opacity-0 group-focus-within/project:opacity-100 group-hover/project:opacity-100 aria-expanded:opacity-100';

const allProjects = (index: IndexState) => Object.values(index.projects);

/** Projects as groups that fold, with their sessions; the arrows move from line to line. */
export function RailSessions({ onGo }: { onGo?: () => void }) {
  const projects = useIndex(allProjects);
  const rows = useSessionRows();
  const groups = railGroups(projects, rows);
  return (
    <div
      className="min-h-0 flex-1 overflow-y-auto px-2 pb-2"
      onKeyDown={(event) => moveAmong(event, '[data-rail-row]')}
    >
      {groups.length === 0 ? (
        <p className="px-2 py-3 text-small text-ink-3">{words.frame.noProjects}</p>
      ) : (
        groups.map((group) => <Group key={group.project.id} group={group} {...(onGo && { onGo })} />)
      )}
    </div>
  );
}

function Group({ group, onGo }: { group: RailGroup; onGo?: () => void }) {
  const { project, rows, needing } = group;
  const { sessionId = null } = useParams({ strict: false });
  const isFolded = useRail((state) => project.id in state.folded);
  const [isLong, setIsLong] = useState(false);
  const shown = isLong ? rows : shownRows(rows, sessionId);
  const hidden = rows.length - shown.length;
  return (
    <section aria-label={project.name} className="pt-2">
      <div className="group/project flex h-7 items-center pointer-coarse:h-11">
        <button
          type="button"
          data-rail-row=""
          aria-expanded={!isFolded}
          onClick={() => toggleFolded(project.id)}
          title={project.path}
          className="flex h-full min-w-0 flex-1 items-center gap-2 rounded-md px-2 text-small font-medium text-ink-3 hover:text-ink"
        >
          <ChevronRight
            size={12}
            strokeWidth={2}
            className={cx('shrink-0 transition-transform', !isFolded && 'rotate-90')}
          />
          <span className="truncate">{project.name}</span>
          {isFolded && needing > 0 ? <Count value={needing} label={words.frame.needYou(needing)} /> : null}
        </button>
        <Menu
          trigger={
            <IconButton
              label={words.frame.projectMenu(project.name)}
              icon={<Ellipsis {...ICON} />}
              className={ON_HOVER}
            />
          }
          items={[
            {
              label: words.imports.open,
              icon: <Import {...ICON} />,
              onSelect: () => {
                onGo?.();
                openImport(project.id);
              },
            },
            {
              label: words.policies.open,
              icon: <ShieldCheck {...ICON} />,
              onSelect: () => {
                onGo?.();
                openPolicy({ projectId: project.id, sessionId: null });
              },
            },
            ...(project.kind === 'git'
              ? [
                  {
                    label: words.checkpoints.ignored.open,
                    icon: <EyeOff {...ICON} />,
                    onSelect: () => {
                      onGo?.();
                      openIgnoredFiles({ projectId: project.id, sessionId: null });
                    },
                  },
                ]
              : []),
          ]}
        />
        <IconButton
          label={words.frame.newSessionIn(project.name)}
          icon={<Plus {...ICON} />}
          onClick={() => {
            onGo?.();
            openNewSession(project.id);
          }}
          className={ON_HOVER}
        />
      </div>
      {isFolded ? null : (
        <ul>
          {shown.map((row) => (
            <li key={row.session.id}>
              <RailSession row={row} {...(onGo && { onGo })} />
            </li>
          ))}
          {rows.length === 0 ? (
            <li className="flex items-center justify-between pr-2 pl-7 text-small text-ink-3">
              {words.frame.noSessions}
              <button
                type="button"
                aria-label={words.frame.removeProject(project.name)}
                onClick={() => void server.removeProject(project.id).catch(showError)}
                className="h-7 rounded-md px-1.5 hover:bg-hover hover:text-ink pointer-coarse:h-11"
              >
                {words.frame.remove}
              </button>
            </li>
          ) : null}
          {hidden > 0 || isLong ? (
            <li>
              <button
                type="button"
                data-rail-row=""
                onClick={() => setIsLong(!isLong)}
                className="h-7 rounded-md px-2 pl-7 text-small text-ink-3 hover:text-ink pointer-coarse:h-11"
              >
                {isLong ? words.frame.showFewer : words.frame.showMore(hidden)}
              </button>
            </li>
          ) : null}
        </ul>
      )}
    </section>
  );
}
