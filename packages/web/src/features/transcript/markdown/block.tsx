import type { MarkedToken, Token, Tokens } from 'marked';
import { memo, useState, type ReactNode } from 'react';
import { cx } from '../../../ui/class-names.ts';
import { CodeBlock } from '../../../ui/code/code-block.tsx';
import * as words from '../../../words/index.ts';
import { Inline } from './inline.tsx';

const HEADING = [
  'text-title font-semibold mt-5',
  'text-title font-semibold mt-5',
  'text-read font-semibold mt-4',
  'text-read font-semibold mt-3',
  'text-ui font-semibold mt-3',
  'text-ui font-semibold mt-3',
];
const ALIGN = { left: 'text-left', center: 'text-center', right: 'text-right' };
/** Rows of a table shown at once. */
const ROWS = 200;

interface BlockProps {
  token: Token;
  /** the end of a text that still comes */
  isGrowing?: boolean;
  depth?: number;
}

/** One block of markdown; renders again only when its token is another one. */
export const Block = memo(function Block({ token, isGrowing = false, depth = 0 }: BlockProps): ReactNode {
  const block = token as MarkedToken;
  switch (block.type) {
    case 'space':
    case 'def':
    case 'checkbox':
      return null;
    case 'heading': {
      // The page's own headings come first; those of an answer stand below them.
      const Tag = `h${Math.min(6, block.depth + 2)}` as 'h3';
      return (
        <Tag className={cx('mb-2 break-words first:mt-0', HEADING[block.depth - 1])}>
          <Inline tokens={block.tokens} />
        </Tag>
      );
    }
    case 'paragraph':
      return (
        <p className="my-2.5 break-words first:mt-0 last:mb-0">
          <Inline tokens={block.tokens} />
        </p>
      );
    case 'text':
      return block.tokens === undefined ? block.text : <Inline tokens={block.tokens} />;
    case 'code':
      return <CodeBlock code={block.text} language={block.lang ?? ''} isGrowing={isGrowing} />;
    case 'list':
      return <List list={block} depth={depth} isGrowing={isGrowing} />;
    case 'table':
      return <Table table={block} />;
    case 'blockquote':
      return (
        <blockquote className="my-3 border-l-2 border-line-strong pl-3 text-ink-2">
          {block.tokens.map((child, at) => (
            <Block key={at} token={child} depth={depth + 1} />
          ))}
        </blockquote>
      );
    case 'hr':
      return <hr className="my-5 border-line" />;
    default:
      // Raw HTML and what could not be read: as it was written.
      return <p className="my-2.5 break-words whitespace-pre-wrap">{token.raw.trimEnd()}</p>;
  }
});

function List({ list, depth, isGrowing }: { list: Tokens.List; depth: number; isGrowing: boolean }) {
  const Tag = list.ordered ? 'ol' : 'ul';
  return (
    <Tag
      className={cx('my-2 space-y-1 pl-6 first:mt-0 last:mb-0', list.ordered ? 'list-decimal' : 'list-disc')}
      {...(list.ordered && typeof list.start === 'number' && list.start !== 1 ? { start: list.start } : {})}
    >
      {list.items.map((item, at) => (
        <Item key={at} item={item} depth={depth + 1} isGrowing={isGrowing && at === list.items.length - 1} />
      ))}
    </Tag>
  );
}

const Item = memo(function Item(props: { item: Tokens.ListItem; depth: number; isGrowing: boolean }) {
  const { item, depth, isGrowing } = props;
  return (
    <li className={cx('break-words marker:text-ink-3', item.task && '-ml-5.5 list-none')}>
      {item.task ? (
        <span
          role="img"
          aria-label={item.checked === true ? words.transcript.markdown.done : words.transcript.markdown.open}
          className={cx(
            'mr-2 inline-flex size-3.5 translate-y-0.5 items-center justify-center rounded-sm border',
            item.checked === true ? 'border-good bg-good-wash text-good' : 'border-line-strong',
          )}
        >
          {item.checked === true ? <Tick /> : null}
        </span>
      ) : null}
      {item.tokens.map((token, at) => (
        <Block key={at} token={token} depth={depth} isGrowing={isGrowing && at === item.tokens.length - 1} />
      ))}
    </li>
  );
});

function Tick() {
  return (
    <svg viewBox="0 0 12 12" className="size-2.5" aria-hidden>
      <path d="M2 6.4 4.8 9 10 3.2" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}

function Table({ table }: { table: Tokens.Table }) {
  const [limit, setLimit] = useState(ROWS);
  const hidden = table.rows.length - limit;
  return (
    // A region that scrolls sideways must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="my-3 overflow-x-auto rounded-lg border border-line" tabIndex={0}>
      <table className="w-full border-collapse text-ui">
        <thead className="bg-sunken text-left">
          <tr>
            {table.header.map((cell, at) => (
              <th key={at} className={cx('px-3 py-1.5 font-medium', cell.align && ALIGN[cell.align])}>
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.slice(0, limit).map((row, at) => (
            <tr key={at} className="border-t border-line">
              {row.map((cell, column) => (
                <td key={column} className={cx('px-3 py-1.5 align-top', cell.align && ALIGN[cell.align])}>
                  <Inline tokens={cell.tokens} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {hidden > 0 ? (
        <button
          type="button"
          className="w-full border-t border-line px-3 py-1.5 text-left text-small text-ink-2 hover:bg-hover pointer-coarse:min-h-11"
          onClick={() => setLimit(limit * 5)}
        >
          {words.transcript.markdown.moreRows(hidden)}
        </button>
      ) : null}
    </div>
  );
}
