import type { ContentBlock } from '@pilotlight/protocol';
import { FileText, Image, Music } from 'lucide-react';
import * as words from '../../words/index.ts';
import { CodeBlock } from '../../ui/code/code-block.tsx';
import { openFile } from '../session/side-state.ts';
import { Markdown } from './markdown/markdown.tsx';
import { filePlace, safeUrl } from './markdown/links.ts';
import { usePlace } from './place.ts';
import { useOpen } from './open-rows.ts';

/** Formats a browser shows in place; SVG is not among them. */
const SHOWN = /^image\/(png|jpeg|gif|webp|avif)$/;
const CHIP =
  'inline-flex h-7 max-w-full items-center gap-1.5 rounded-md border border-line bg-raised px-2 text-small text-ink-2 pointer-coarse:h-11';

/** Where an image's bytes are on this server (or in the message itself); null: not to be shown. */
function sourceOf(block: Extract<ContentBlock, { type: 'image' }>): string | null {
  if (!SHOWN.test(block.mimeType)) return null;
  if (block.blob !== undefined) return `/api/blobs/${encodeURIComponent(block.blob.blob)}`;
  return block.data === undefined ? null : `data:${block.mimeType};base64,${block.data}`;
}

/** A block of an agent's answer. */
export function Content({ block, rowKey }: { block: ContentBlock; rowKey: string }) {
  if (block.type === 'text') return <Markdown text={block.text} isGrowing={false} />;
  const source = block.type === 'image' ? sourceOf(block) : null;
  if (source !== null) return <Picture source={source} />;
  if (block.type === 'resource' && block.resource.text !== undefined) {
    return <Resource uri={block.resource.uri} text={block.resource.text} rowKey={rowKey} />;
  }
  return <Attachment block={block} />;
}

/** Its place is kept before it is there, so that nothing moves when it comes. */
function Picture({ source }: { source: string }) {
  return (
    <a
      href={source}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={words.transcript.openImage}
      className="block h-60 w-fit max-w-full rounded-lg border border-line bg-sunken"
    >
      <img
        src={source}
        alt={words.transcript.image}
        loading="lazy"
        className="h-full max-w-full rounded-lg object-contain"
      />
    </a>
  );
}

function Resource({ uri, text, rowKey }: { uri: string; text: string; rowKey: string }) {
  const [isOpen, toggle] = useOpen(`${rowKey}-resource`);
  return (
    <>
      <button type="button" aria-expanded={isOpen} onClick={toggle} className={`${CHIP} hover:bg-hover`}>
        <FileText size={14} strokeWidth={1.75} className="shrink-0" />
        <span className="truncate">{uri}</span>
      </button>
      {isOpen ? <CodeBlock code={text} language={uri} /> : null}
    </>
  );
}

/** A small sign of something attached: an image as a picture, a file by its name. */
export function Attachment({ block }: { block: ContentBlock }) {
  const { sessionId, worktree } = usePlace();
  if (block.type === 'text') return null;
  const source = block.type === 'image' ? sourceOf(block) : null;
  if (source !== null) {
    return (
      <a href={source} target="_blank" rel="noopener noreferrer" aria-label={words.transcript.openImage}>
        <img
          src={source}
          alt={words.transcript.image}
          loading="lazy"
          className="size-16 rounded-md border border-line object-cover"
        />
      </a>
    );
  }
  const name = nameOf(block);
  const Icon = block.type === 'image' ? Image : block.type === 'audio' ? Music : FileText;
  const inside = (
    <>
      <Icon size={14} strokeWidth={1.75} className="shrink-0" aria-hidden />
      <span className="truncate">{name}</span>
    </>
  );
  const uri =
    block.type === 'resource_link' ? block.uri : block.type === 'resource' ? block.resource.uri : '';
  const file = filePlace(uri.replace(/^file:\/\//, ''), worktree);
  if (file !== null) {
    return (
      <button
        type="button"
        title={words.transcript.openFile(file.path)}
        className={`${CHIP} hover:bg-hover`}
        onClick={() => openFile(sessionId, file.path, file.line)}
      >
        {inside}
      </button>
    );
  }
  const url = safeUrl(uri);
  if (url === null) return <span className={CHIP}>{inside}</span>;
  return (
    <a href={url} title={url} target="_blank" rel="noopener noreferrer" className={`${CHIP} hover:bg-hover`}>
      {inside}
    </a>
  );
}

function nameOf(block: Exclude<ContentBlock, { type: 'text' }>): string {
  if (block.type === 'image') return words.transcript.image;
  if (block.type === 'audio') return words.transcript.audio;
  if (block.type === 'resource_link') return block.title ?? block.name;
  return block.resource.uri.slice(block.resource.uri.lastIndexOf('/') + 1);
}
