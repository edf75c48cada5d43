import type { MarkedToken, Token } from 'marked';
import type { ReactNode } from 'react';
import * as words from '../../../words/index.ts';
import { Tooltip } from '../../../ui/tooltip.tsx';
import { decodeEntities } from './entities.ts';
import { FileLink } from './file-link.tsx';
import { safeUrl } from './links.ts';

/** Deeper marks inside marks are shown as text. */
const MAX_DEPTH = 12;

/** Running text. */
export function Inline({ tokens, depth = 0 }: { tokens: readonly Token[]; depth?: number }): ReactNode {
  // Tokens are only ever added at the end of a list, so the place is the key.
  return tokens.map((token, at) => <Piece key={at} token={token as MarkedToken} depth={depth} />);
}

function Piece({ token, depth }: { token: MarkedToken; depth: number }): ReactNode {
  if (depth > MAX_DEPTH) return token.raw;
  switch (token.type) {
    case 'strong':
      return (
        <strong className="font-semibold">
          <Inline tokens={token.tokens} depth={depth + 1} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inline tokens={token.tokens} depth={depth + 1} />
        </em>
      );
    case 'del':
      return (
        <del className="text-ink-3">
          <Inline tokens={token.tokens} depth={depth + 1} />
        </del>
      );
    case 'codespan':
      return <FileLink text={token.text} />;
    case 'br':
      return <br />;
    case 'link':
      return (
        <OutLink href={token.href}>
          <Inline tokens={token.tokens} depth={depth + 1} />
        </OutLink>
      );
    case 'image':
      return <OutImage href={token.href} alt={token.text} />;
    case 'checkbox':
      return null;
    case 'escape':
      return token.text;
    case 'text':
      return token.tokens === undefined ? (
        decodeEntities(token.text)
      ) : (
        <Inline tokens={token.tokens} depth={depth + 1} />
      );
    default:
      // Raw HTML, and whatever else: as it was written.
      return token.raw;
  }
}

/** A link out of the page. Where it leads is said before it is opened; one that must not be followed is only text. */
function OutLink({ href, children }: { href: string; children: ReactNode }) {
  const url = safeUrl(href);
  if (url === null) {
    return (
      <>
        {children} <span className="text-ink-3">({href})</span>
      </>
    );
  }
  return (
    <Tooltip label={url}>
      <a
        href={url}
        target="_blank"
        rel="noopener noreferrer"
        className="text-flame-ink underline decoration-from-font underline-offset-2 hover:decoration-2"
      >
        {children}
      </a>
    </Tooltip>
  );
}

/** An image of somewhere else is never loaded: that would tell its host who reads what. */
function OutImage({ href, alt }: { href: string; alt: string }) {
  const url = safeUrl(href);
  const name = alt === '' ? words.transcript.markdown.image : alt;
  if (url === null) return <span className="text-ink-3">[{name}]</span>;
  return <OutLink href={href}>{words.transcript.markdown.imageAt(name, new URL(url).host)}</OutLink>;
}
