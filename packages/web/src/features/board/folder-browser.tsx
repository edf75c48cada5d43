import { toErrorInfo } from '@pilotlight/protocol';
import { CornerLeftUp, Folder, FolderGit2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Switch } from '../../ui/switch.tsx';
import * as words from '../../words/index.ts';
import { moveAmong } from '../frame/move-among.ts';
import { useFolders } from './reads.ts';

export interface FolderBrowserProps {
  /** where to begin; null: the home folder of the server */
  start: string | null;
  onChoose(path: string): void;
  onBack(): void;
}

const LINE =
  'flex h-8 w-full min-w-0 items-center gap-2.5 rounded-md px-2 text-left outline-offset-[-2px] hover:bg-hover pointer-coarse:h-11';
const ICON = { size: 16, strokeWidth: 1.75, className: 'shrink-0' };

/** Looks through the folders of the server's machine: type a path, or go down and up; then take the one shown. */
export function FolderBrowser({ start, onChoose, onBack }: FolderBrowserProps) {
  const [wanted, setWanted] = useState(start);
  const [hidden, setHidden] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const { data, error } = useFolders(wanted, hidden);
  const text = words.board.folder;
  const path = data?.path ?? wanted ?? '';

  const go = (to: string | null) => {
    setTyped(null);
    setWanted(to);
  };

  return (
    <>
      <form
        className="px-4 pb-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed !== null) go(typed);
        }}
      >
        <input
          autoFocus
          aria-label={text.path}
          spellCheck={false}
          autoCapitalize="off"
          value={typed ?? path}
          onChange={(event) => setTyped(event.target.value)}
          className="h-8 w-full rounded-md border border-line-strong bg-raised px-2.5 font-mono text-code outline-offset-0 pointer-coarse:h-11"
        />
      </form>
      {error === null ? null : (
        <p role="alert" className="mx-4 mb-2 rounded-md bg-bad-wash px-3 py-2 text-bad">
          {toErrorInfo(error).message}
        </p>
      )}
      <div
        className="h-72 min-h-0 shrink overflow-y-auto border-y border-line bg-base p-1.5"
        onKeyDown={(event) => moveAmong(event, '[data-folder]')}
        role="group"
        aria-label={text.list}
      >
        {data?.parent === null || data?.parent === undefined ? null : (
          <button type="button" data-folder="" className={LINE} onClick={() => go(data.parent)}>
            <CornerLeftUp {...ICON} className="shrink-0 text-ink-3" />
            <span className="text-ink-2">{text.up}</span>
          </button>
        )}
        {data?.folders.map((folder) => (
          <div key={folder.path} className="group/folder flex items-center">
            <button type="button" data-folder="" className={LINE} onClick={() => go(folder.path)}>
              {folder.kind === 'git' ? (
                <FolderGit2 {...ICON} className="shrink-0 text-flame-ink" />
              ) : (
                <Folder {...ICON} className="shrink-0 text-ink-3" />
              )}
              <span className="truncate">{folder.name}</span>
              {folder.kind === 'git' ? (
                <span className="text-small text-ink-3">{text.repository}</span>
              ) : null}
            </button>
            {folder.kind === 'git' ? (
              <Button
                look="quiet"
                aria-label={text.use(folder.name)}
                onClick={() => onChoose(folder.path)}
                className="pointer-fine:opacity-0 group-focus-within/folder:opacity-100 group-hover/folder:opacity-100"
              >
                {text.useThis}
              </Button>
            ) : null}
          </div>
        ))}
        {data?.truncated === true ? (
          <p className="px-2 py-2 text-small text-ink-3">{text.truncated}</p>
        ) : null}
        {data?.folders.length === 0 ? <p className="px-2 py-3 text-ink-3">{text.empty}</p> : null}
      </div>
      <footer className="flex flex-wrap items-center justify-end gap-2 px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">
        <span className="mr-auto">
          <Switch label={text.hidden} checked={hidden} onChange={setHidden} />
        </span>
        <Button onClick={onBack}>{words.board.create.back}</Button>
        <Button look="primary" disabled={data === undefined} onClick={() => onChoose(typed ?? path)}>
          <span className="max-w-48 truncate">{text.use(nameOf(typed ?? path))}</span>
        </Button>
      </footer>
    </>
  );
}

function nameOf(path: string): string {
  return path.split('/').findLast((name) => name !== '') ?? '/';
}
