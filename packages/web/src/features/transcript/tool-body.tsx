import type { AcpToolSnapshot, ToolContent } from '@pilotlight/protocol';
import { CodeBlock } from '../../ui/code/code-block.tsx';
import { DiffView } from '../../ui/code/diff-view.tsx';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { openFile } from '../session/side-state.ts';
import { Content } from './content-block.tsx';
import { Markdown } from './markdown/markdown.tsx';
import { useOpen } from './open-rows.ts';
import { usePlace } from './place.ts';
import { relativePath } from './markdown/links.ts';
import { ToolOutput } from './tool-output.tsx';
import { unfenced } from './unfenced.ts';
import { commandOf, shownPath } from './tool-summary.ts';
import { useBlobText } from './use-blobs.ts';

/** What a tool call shows when it is open: what matters of its kind. */
export function ToolBody(props: { toolCall: AcpToolSnapshot; bodyKey: string; isAsking: boolean }) {
  const { toolCall, bodyKey, isAsking } = props;
  const { kind, content, locations, status } = toolCall;
  const command = kind === 'execute' ? commandOf(toolCall) : '';
  // The card of an open question shows the change itself, right below.
  const shown = isAsking ? content.filter((item) => item.type !== 'diff') : content;
  const isEmpty =
    shown.length === 0 && locations.length === 0 && command === '' && toolCall.rawInput === undefined;
  return (
    <div className="flex flex-col gap-2 py-1">
      {command.includes('\n') || command.length > 80 ? (
        <pre className="font-mono text-code break-words whitespace-pre-wrap">{command}</pre>
      ) : null}
      {kind === 'edit' ? null : <Locations toolCall={toolCall} />}
      {shown.map((item, at) => (
        <Item key={at} item={item} kind={kind} itemKey={`${bodyKey}:${at}`} />
      ))}
      {kind === 'execute' && content.length === 0 && status === 'completed' ? (
        <p className="text-small text-ink-3">{words.transcript.noOutput}</p>
      ) : null}
      {kind === 'execute' || kind === 'edit' || isAsking ? null : (
        <RawInput value={toolCall.rawInput} bodyKey={bodyKey} />
      )}
      {isEmpty && !isAsking ? <p className="text-small text-ink-3">{words.transcript.nothingMore}</p> : null}
    </div>
  );
}

function Item({
  item,
  kind,
  itemKey,
}: {
  item: ToolContent;
  kind: AcpToolSnapshot['kind'];
  itemKey: string;
}) {
  if (item.type === 'diff') return <DiffItem item={item} />;
  if (item.type === 'terminal') return <ToolOutput text={item.output} head={item.head} outputKey={itemKey} />;
  const { content } = item;
  if (content.type !== 'text') return <Content block={content} rowKey={itemKey} />;
  if (kind === 'think' && item.head === undefined) {
    return (
      <div className="text-ui text-ink-2">
        <Markdown text={content.text} isGrowing={false} />
      </div>
    );
  }
  return <ToolOutput text={unfenced(content.text)} head={item.head} outputKey={itemKey} />;
}

function DiffItem({ item }: { item: Extract<ToolContent, { type: 'diff' }> }) {
  const { worktree, sessionId } = usePlace();
  const { text, isLoading, load } = useBlobText(item.blob === undefined ? [] : [item.blob]);
  const path = shownPath(item.path, worktree);
  const texts = item.blob === undefined ? item : text === null ? null : parsedDiff(text);
  const inside = relativePath(item.path, worktree);
  return (
    <figure className="overflow-hidden rounded-lg border border-line">
      <figcaption className="flex h-8 items-center border-b border-line bg-sunken px-3 font-mono text-small text-ink-2 pointer-coarse:h-11">
        {inside === null || inside === '' ? (
          <span className="truncate">{path}</span>
        ) : (
          <button
            type="button"
            title={words.transcript.openFile(path)}
            className="truncate hover:text-ink hover:underline"
            onClick={() => openFile(sessionId, inside, null)}
          >
            {path}
          </button>
        )}
      </figcaption>
      {texts === null ? (
        <Button look="quiet" className="m-1" disabled={isLoading} onClick={load}>
          {words.transcript.loadDiff(path)}
        </Button>
      ) : texts === 'unreadable' ? (
        <p className="px-3 py-2 text-ink-3">{words.transcript.unreadableDiff}</p>
      ) : (
        <DiffView path={item.path} oldText={texts.oldText} newText={texts.newText} />
      )}
    </figure>
  );
}

function parsedDiff(json: string): { oldText: string | null; newText: string } | 'unreadable' {
  try {
    const value = JSON.parse(json) as { oldText?: unknown; newText?: unknown };
    if (typeof value.newText !== 'string') return 'unreadable';
    return { oldText: typeof value.oldText === 'string' ? value.oldText : null, newText: value.newText };
  } catch {
    return 'unreadable';
  }
}

/** Where the call looked, as buttons that open the file in the side. */
function Locations({ toolCall }: { toolCall: AcpToolSnapshot }) {
  const { worktree, sessionId } = usePlace();
  const shown = toolCall.locations.filter(({ path }) => shownPath(path, worktree) !== '').slice(0, 100);
  if (shown.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-1">
      {shown.map(({ path, line }, at) => {
        const inside = relativePath(path, worktree);
        const text = `${shownPath(path, worktree)}${line === undefined ? '' : `:${line}`}`;
        return (
          <li key={at} className="max-w-full">
            {inside === null ? (
              <span className="block truncate px-1.5 font-mono text-small text-ink-3">{text}</span>
            ) : (
              <button
                type="button"
                title={words.transcript.openFile(text)}
                onClick={() => openFile(sessionId, inside, line ?? null)}
                className="block max-w-full truncate rounded-sm border border-line px-1.5 py-0.5 font-mono text-small text-ink-2 hover:bg-hover hover:text-ink pointer-coarse:min-h-11"
              >
                {text}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function RawInput({ value, bodyKey }: { value: unknown; bodyKey: string }) {
  const [isOpen, toggle] = useOpen(`${bodyKey}:input`);
  if (value === undefined || value === null) return null;
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={toggle}
        className="rounded-sm text-small text-ink-3 hover:text-ink pointer-coarse:min-h-11"
      >
        {words.transcript.rawInput}
      </button>
      {isOpen ? <CodeBlock code={JSON.stringify(value, null, 2)} language="json" /> : null}
    </div>
  );
}
