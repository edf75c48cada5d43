import { ChevronDown, ChevronRight } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { VList, type VListHandle } from 'virtua';
import { cx } from '../../ui/class-names.ts';
import * as words from '../../words/index.ts';
import { treeRows, type ListedFile, type TreeRow } from './file-tree.ts';

/** Files that are listed together. */
export interface FileGroup<F> {
  key: string;
  files: readonly F[];
}

export interface FileListProps<F> {
  label: string;
  /** the same array while the files are the same, for the rows of thousands are not made twice */
  groups: readonly FileGroup<F>[];
  /** what stands above a group; left out: they are the only ones */
  head?(group: FileGroup<F>): ReactNode;
  list: 'tree' | 'flat';
  /** the file that is open */
  current: { group: string; path: string } | null;
  onOpen(file: F, group: string): void;
  /** what stands in a row: `name` is all of the path that the list does not say otherwise */
  render(file: F, name: string): ReactNode;
  /** a button behind the row */
  aside?(file: F, group: string): ReactNode;
}

type Row<F extends ListedFile> =
  | { kind: 'title'; key: string; group: FileGroup<F> }
  | { kind: 'row'; key: string; group: string; row: TreeRow<F> };

const STEPS: Record<string, 1 | -1> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

/**
 * Changed files as a tree or flat, perhaps in groups. Only the rows in view are on the page; one of them takes the focus at a
 * time: arrows move, Right and Left open and close a folder.
 */
export function FileList<F extends ListedFile>(props: FileListProps<F>) {
  const { groups, head, current, onOpen, render, aside } = props;
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [focused, setFocused] = useState<string | null>(null);
  const list = useRef<VListHandle>(null);
  const frame = useRef<HTMLDivElement>(null);
  /** where the keyboard is; an element that is removed tells of no blur */
  const keyboard = useRef<{ at: number; isAside: boolean } | null>(null);
  const hasHeads = head !== undefined;
  const rows = useMemo(
    () => groups.flatMap((group) => rowsOf(group, props.list, closed, hasHeads)),
    [groups, props.list, closed, hasHeads],
  );
  const indexOf = (key: string | null) => (key === null ? -1 : rows.findIndex((row) => row.key === key));
  const currentKey = current === null ? null : `${current.group}:${current.path}`;
  const currentAt = indexOf(currentKey);
  const firstRow = rows.findIndex(({ kind }) => kind === 'row');
  const tabStop = [indexOf(focused), currentAt, firstRow].find((at) => at >= 0);

  useEffect(() => {
    if (currentAt >= 0) list.current?.scrollToIndex(currentAt, { align: 'nearest' });
  }, [currentAt]);

  useEffect(() => {
    const had = keyboard.current;
    if (had === null || document.activeElement !== document.body) return;
    // The row is gone, and the focus with it: it goes to what stands in its place.
    const at = rows.findIndex((row, index) => index >= had.at && row.kind === 'row');
    const to = at >= 0 ? at : rows.findLastIndex(({ kind }) => kind === 'row');
    const row = frame.current?.querySelector<HTMLElement>(`[data-file-row="${to}"]`);
    const aside = had.isAside ? row?.nextElementSibling : null;
    (aside instanceof HTMLButtonElement && !aside.disabled ? aside : row)?.focus();
  }, [rows]);

  const toggle = (key: string) =>
    setClosed((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  const focus = (to: number, step: 1 | -1) => {
    while (rows[to]?.kind === 'title') to += step;
    const row = rows[to];
    if (row === undefined) return;
    setFocused(row.key);
    list.current?.scrollToIndex(to, { align: 'nearest' });
    // The row may only come onto the page with that scroll.
    requestAnimationFrame(() =>
      frame.current?.querySelector<HTMLElement>(`[data-file-row="${to}"]`)?.focus({ preventScroll: true }),
    );
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const at = Number(document.activeElement?.getAttribute('data-file-row') ?? Number.NaN);
    const shown = rows[at];
    if (shown?.kind !== 'row' || event.metaKey || event.ctrlKey || event.altKey) return;
    const { row, key } = shown;
    const step = STEPS[event.key];
    if (step !== undefined) focus(at + step, step);
    else if (event.key === 'Home') focus(0, 1);
    else if (event.key === 'End') focus(rows.length - 1, -1);
    else if (row.kind === 'folder' && event.key === (row.isOpen ? 'ArrowLeft' : 'ArrowRight')) toggle(key);
    else if (event.key === 'ArrowLeft') focus(parentOf(rows, at), -1);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={frame}
      role="group"
      aria-label={props.label}
      onKeyDown={onKeyDown}
      onFocus={({ target }) => (keyboard.current = placeIn(target))}
      onBlur={() => (keyboard.current = null)}
      className="min-h-0 flex-1"
    >
      <VList ref={list} data={rows} className="px-2 pb-3">
        {(shown: Row<F>, index: number) => {
          if (shown.kind === 'title')
            return (
              <div
                key={shown.key}
                className="flex min-h-8 items-center gap-2 pt-1 pl-1.5 text-small text-ink-3"
              >
                {head?.(shown.group)}
              </div>
            );
          const { row, key, group } = shown;
          const button = {
            'data-file-row': index,
            tabIndex: index === tabStop ? 0 : -1,
            onFocus: () => setFocused(key),
            style: { paddingLeft: 6 + row.depth * 12 },
          };
          return (
            <div key={key} className={cx('flex items-center rounded-md', key === currentKey && 'bg-active')}>
              {row.kind === 'folder' ? (
                <button
                  type="button"
                  {...button}
                  aria-expanded={row.isOpen}
                  onClick={() => toggle(key)}
                  className="flex h-7 w-full items-center gap-1.5 rounded-md pr-2 text-left text-ink-3 hover:bg-hover pointer-coarse:h-11"
                >
                  {row.isOpen ? (
                    <ChevronDown size={14} strokeWidth={1.75} className="shrink-0" />
                  ) : (
                    <ChevronRight size={14} strokeWidth={1.75} className="shrink-0" />
                  )}
                  <span className="min-w-0 flex-1 truncate">{row.name}</span>
                  {row.isOpen ? null : <span className="text-small">{words.changes.files(row.count)}</span>}
                </button>
              ) : (
                <>
                  <button
                    type="button"
                    {...button}
                    aria-current={key === currentKey}
                    onClick={() => onOpen(row.file, group)}
                    className="flex h-7 min-w-0 flex-1 items-center gap-2 rounded-md pr-2 text-left hover:bg-hover pointer-coarse:h-11"
                  >
                    {render(row.file, row.name)}
                  </button>
                  {aside?.(row.file, group)}
                </>
              )}
            </div>
          );
        }}
      </VList>
    </div>
  );
}

/** Which row an element of the list stands in, and whether it is the button behind it. */
function placeIn(element: Element): { at: number; isAside: boolean } | null {
  const own = element.getAttribute('data-file-row');
  const row = own ?? element.parentElement?.querySelector('[data-file-row]')?.getAttribute('data-file-row');
  return row === null || row === undefined ? null : { at: Number(row), isAside: own === null };
}

function rowsOf<F extends ListedFile>(
  group: FileGroup<F>,
  list: 'tree' | 'flat',
  closed: ReadonlySet<string>,
  hasHead: boolean,
): Row<F>[] {
  const prefix = `${group.key}:`;
  const ownClosed = new Set(
    [...closed].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length, -1)),
  );
  const rows: TreeRow<F>[] =
    list === 'tree'
      ? treeRows(group.files, ownClosed)
      : group.files.map((file) => ({ kind: 'file', key: file.path, file, name: file.path, depth: 0 }));
  return [
    ...(hasHead ? [{ kind: 'title' as const, key: prefix, group }] : []),
    ...rows.map((row) => ({ kind: 'row' as const, key: prefix + row.key, group: group.key, row })),
  ];
}

function parentOf<F extends ListedFile>(rows: readonly Row<F>[], at: number): number {
  const own = rows[at];
  const depth = own?.kind === 'row' ? own.row.depth : 0;
  return rows.findLastIndex((each, index) => index < at && each.kind === 'row' && each.row.depth < depth);
}
