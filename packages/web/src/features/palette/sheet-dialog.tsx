import { Search } from 'lucide-react';
import { useRef, useState, type ReactNode, type RefObject } from 'react';
import { useAllCommands, useOwnKeys } from '../../app/commands.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Keys } from '../../ui/keys.tsx';
import { matching } from '../../ui/search.ts';
import * as words from '../../words/index.ts';
import { close } from './open-state.ts';
import { ShortcutRow } from './shortcut-row.tsx';
import { spoken } from './spoken.ts';

const text = words.palette.sheet;

export function SheetDialog({ isOpen }: { isOpen: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <Dialog
      open={isOpen}
      onClose={close}
      title={text.title}
      initialFocus={field}
      className="h-[85dvh] phone:h-[min(640px,76vh)] phone:w-[600px]"
    >
      <Sheet field={field} />
    </Dialog>
  );
}

function Sheet({ field }: { field: RefObject<HTMLInputElement | null> }) {
  const commands = useAllCommands();
  const hasOwn = useOwnKeys((state) => Object.keys(state.keys).length > 0);
  const [query, setQuery] = useState('');
  const [recordingId, setRecordingId] = useState<string | null>(null);
  const found = matching(commands, query, ({ title, group, keys }) => `${title} ${group} ${spoken(keys)}`);
  const fixed = matching(text.fixed, query, ({ title, keys }) => `${title} ${spoken(keys)}`);
  const groups = [...Map.groupBy(found, ({ group }) => group)];
  return (
    <>
      <div className="relative mx-4 mb-1 shrink-0">
        <Search
          size={14}
          strokeWidth={1.75}
          className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3"
        />
        <input
          ref={field}
          type="search"
          aria-label={text.search}
          placeholder={text.search}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          className="h-8 w-full rounded-md border border-line bg-raised pr-2 pl-8 text-ui pointer-coarse:h-11"
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
        {found.length === 0 && fixed.length === 0 ? (
          <p className="px-2 py-4 text-ink-3">{text.empty}</p>
        ) : null}
        {groups.map(([group, of]) => (
          <Group key={group} title={group}>
            {of.map((command) => (
              <ShortcutRow
                key={command.id}
                command={command}
                commands={commands}
                isRecording={recordingId === command.id}
                onRecord={(isRecording) => setRecordingId(isRecording ? command.id : null)}
              />
            ))}
          </Group>
        ))}
        {fixed.length === 0 ? null : (
          <Group title={text.fixedGroup}>
            {fixed.map((each) => (
              <FixedRow key={each.keys} {...each} />
            ))}
          </Group>
        )}
      </div>
      <footer className="flex min-h-10 shrink-0 items-center gap-2 border-t border-line px-4 py-1.5 text-small text-ink-3">
        <span className="flex-1">{text.scope}</span>
        {hasOwn ? (
          <Button look="quiet" onClick={() => useOwnKeys.setState({ keys: {} })}>
            {text.resetAll}
          </Button>
        ) : null}
      </footer>
    </>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="pt-2">
      <h3 className="px-2 pb-0.5 text-small font-medium text-ink-3">{title}</h3>
      <ul>{children}</ul>
    </section>
  );
}

function FixedRow({ title, keys, upTo, and }: (typeof text.fixed)[number]) {
  return (
    <li className="flex min-h-8 items-center gap-3 rounded-md px-2">
      <span className="min-w-0 flex-1">{title}</span>
      <span className="flex items-center gap-1 pr-1.5">
        <Keys keys={keys} />
        {upTo === undefined ? null : <span className="text-ink-3">–</span>}
        {upTo === undefined ? null : <Keys keys={upTo} />}
        {and === undefined ? null : <Keys keys={and} />}
        <span className="sr-only">{spoken(upTo ?? keys)}</span>
      </span>
    </li>
  );
}
