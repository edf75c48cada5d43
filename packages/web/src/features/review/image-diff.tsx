import type { DiffFile, DiffSide } from '@pilotlight/protocol';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { cx } from '../../ui/class-names.ts';
import { Empty } from '../../ui/empty.tsx';
import * as words from '../../words/index.ts';
import { diffScopeOf, type Scope } from './scope.ts';

/** Whether a changed file may be shown as pictures. An SVG is a text, and shown as one. */
export function isImage({ kind, path }: DiffFile): boolean {
  return kind === 'binary' && /\.(?:png|jpe?g|gif|webp)$/i.test(path);
}

export interface ImageDiffProps {
  sessionId: string;
  scope: Scope;
  file: DiffFile;
  /** names what is on the old side; null: not there */
  oldObject: string | null;
  isWide: boolean;
  /** said where it cannot be shown */
  otherwise: string;
}

/** An image as it was and as it is. */
export function ImageDiff({ sessionId, scope, file, oldObject, isWide, otherwise }: ImageDiffProps) {
  const [failed, setFailed] = useState<ReadonlySet<string>>(new Set());
  const w = words.review.images;
  const sides: { side: DiffSide; label: string; object: string }[] = [];
  if (oldObject !== null) {
    sides.push({ side: 'old', label: file.object === null ? w.deleted : w.before, object: oldObject });
  }
  if (file.object !== null) {
    sides.push({ side: 'new', label: oldObject === null ? w.added : w.after, object: file.object });
  }
  if (sides.every(({ object }) => failed.has(object))) return <Empty>{otherwise}</Empty>;
  return (
    <div
      role="group"
      aria-label={w.label(file.path)}
      tabIndex={0}
      className={cx(
        'flex min-h-0 flex-1 gap-4 overflow-auto p-4 focus-visible:-outline-offset-2',
        isWide ? 'items-start' : 'flex-col',
      )}
    >
      {sides.map(({ side, label, object }) => (
        <Picture
          key={`${side}:${object}`}
          label={label}
          bytes={side === 'new' ? file.size : null}
          alt={w.alt(label, file.path)}
          url={server.review.imageUrl(sessionId, diffScopeOf(scope), {
            path: file.path,
            side,
            object,
          })}
          onError={() => setFailed((before) => new Set(before).add(object))}
        />
      ))}
    </div>
  );
}

function Picture(props: { label: string; alt: string; bytes: number | null; url: string; onError(): void }) {
  const { label, alt, bytes, url, onError } = props;
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const [isBroken, setIsBroken] = useState(false);
  const w = words.review.images;
  return (
    <figure className="flex min-w-0 flex-1 flex-col gap-2">
      <figcaption className="flex items-baseline gap-2 text-small text-ink-3">
        <span className="font-medium text-ink-2">{label}</span>
        {size === null ? null : <span>{w.size(size.width, size.height)}</span>}
        {bytes === null ? null : <span>{words.transcript.bytes(bytes)}</span>}
      </figcaption>
      {isBroken ? (
        <p className="text-ink-2">{w.notShown}</p>
      ) : (
        <img
          src={url}
          alt={alt}
          onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
            setSize({ width, height })
          }
          onError={() => {
            setIsBroken(true);
            onError();
          }}
          className="checkered max-h-[60vh] max-w-full self-start rounded-md border border-line object-contain"
        />
      )}
    </figure>
  );
}
