import { Tabs } from '@base-ui/react/tabs';
import { useCommands } from '../../app/commands.ts';
import { cx } from '../../ui/class-names.ts';
import { late } from '../../ui/late.tsx';
import * as words from '../../words/index.ts';
import { showSideTab, useSide, type SideTab } from '../session/side-state.ts';
import { ChangesTab } from './changes-tab.tsx';
import { PlanTab } from './plan-tab.tsx';

const FilesTab = late(async () => (await import('./files-tab.tsx')).FilesTab);
const TerminalTab = late(async () => (await import('./terminal-tab.tsx')).TerminalTab);
const ScriptsTab = late(async () => (await import('../scripts/scripts-tab.tsx')).ScriptsTab);

const TABS: readonly SideTab[] = ['changes', 'plan', 'files', 'terminal', 'scripts'];

export interface SideProps {
  chatId: string;
  sessionId: string;
}

/** What stands beside a transcript: the worktree's changes and files, the chat's plan and commands. */
export function Side({ chatId, sessionId }: SideProps) {
  const tab = useSide((state) => state.tab);
  const w = words.changes;
  useCommands(
    TABS.map((each) => ({
      id: `side.${each}`,
      title: w.show[each],
      group: w.group,
      run: () => showSideTab(each),
    })),
  );
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(value) => showSideTab(value as SideTab)}
      className="flex h-full min-h-0 flex-col bg-base"
    >
      <Tabs.List aria-label={w.side} className="flex h-10 shrink-0 items-end gap-1 border-b px-2">
        {TABS.map((each) => (
          <Tabs.Tab
            key={each}
            value={each}
            className={cx(
              'h-9 border-b-2 px-2 text-ui transition-colors pointer-coarse:h-10 pointer-coarse:px-3',
              each === tab ? 'border-flame text-ink' : 'border-transparent text-ink-3 hover:text-ink',
            )}
          >
            {w.tabs[each]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {TABS.map((each) => (
        <Tabs.Panel key={each} value={each} className="min-h-0 flex-1 outline-none">
          {each === 'changes' ? <ChangesTab chatId={chatId} sessionId={sessionId} /> : null}
          {each === 'plan' ? <PlanTab chatId={chatId} /> : null}
          {each === 'files' ? <FilesTab sessionId={sessionId} /> : null}
          {each === 'scripts' ? <ScriptsTab sessionId={sessionId} /> : null}
          {each === 'terminal' ? <TerminalTab chatId={chatId} sessionId={sessionId} /> : null}
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  );
}
