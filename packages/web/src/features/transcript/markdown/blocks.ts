import { Lexer, type Token } from 'marked';

/**
 * A text cut into markdown blocks, each with where it begins. Growing text is cut again only from its last block on: all
 * earlier blocks keep their identity, so nothing of them renders again.
 */
export interface Blocks {
  text: string;
  tokens: readonly Token[];
  /** offsets of the tokens in the text */
  starts: readonly number[];
}

/** Longer stretches of running text are shown as they are: reading their marks could take as long as the agent likes. */
const MAX_INLINE = 8_000;
/** Deeper nesting is shown as text; nobody writes it in earnest. */
const MAX_DEPTH = 24;

export const NO_BLOCKS: Blocks = { text: '', tokens: [], starts: [] };

/** The blocks of `text`; `before` are those of an earlier version, used as far as that is a beginning of it. */
export function blocksOf(text: string, before: Blocks = NO_BLOCKS): Blocks {
  if (text === before.text) return before;
  // A block can still change while nothing but blank lines stands behind it.
  const kept = text.startsWith(before.text) ? lastSolid(before.tokens) : 0;
  const from = before.starts[kept] ?? 0;
  const tokens = before.tokens.slice(0, kept);
  const starts = before.starts.slice(0, kept);
  let at = kept === 0 ? 0 : from;
  for (const token of lexed(text.slice(at))) {
    tokens.push(token);
    starts.push(at);
    at += token.raw.length;
  }
  return { text, tokens, starts };
}

/** A last block longer than this is read again only when it has grown by a sixteenth. In characters. */
const LONG_BLOCK = 4_000;

/**
 * As `blocksOf` for a text that is still coming: what a long list, table or paragraph has just gained may wait for a
 * few words more, because reading the whole block again for each of them would take all the time there is.
 */
export function growingBlocks(text: string, before: Blocks): Blocks {
  const kept = lastSolid(before.tokens);
  const block = before.text.length - (before.starts[kept] ?? 0);
  const isLong = block > LONG_BLOCK && before.tokens[kept]?.type !== 'code';
  const growth = text.length - before.text.length;
  if (isLong && growth >= 0 && growth < block / 16 && text.startsWith(before.text)) return before;
  return blocksOf(text, before);
}

function lastSolid(tokens: readonly Token[]): number {
  const at = tokens.findLastIndex((token) => token.type !== 'space' && token.type !== 'def');
  return Math.max(0, at);
}

/** Block and inline tokens; text that cannot be read within bounds is one plain token. */
function lexed(source: string): Token[] {
  if (source === '') return [];
  const whole: Token = { type: 'plain', raw: source, text: source };
  if (isTooDeep(source)) return [whole];
  try {
    const lexer = new Lexer({ gfm: true });
    const tokens = lexer.blockTokens(source, []);
    for (const { src, tokens: inline } of lexer.inlineQueue) {
      if (src.length > MAX_INLINE) inline.push({ type: 'text', raw: src, text: src });
      else lexer.inlineTokens(src, inline);
    }
    return tokens;
  } catch {
    // Nested beyond the stack, or a construct the lexer gives up on.
    return [whole];
  }
}

const MARKS = new RegExp(`^(?:[ \\t]*(?:>|[-*+](?=[ \\t])|\\d{1,9}[.)](?=[ \\t]))){${MAX_DEPTH},}`, 'm');
const INDENTED_ITEM = new RegExp(`^[ \\t]{${MAX_DEPTH * 2},}(?:[-*+]|\\d{1,9}[.)])[ \\t]`, 'm');

/** Whether any line is deeper in quotes and lists than anybody needs. */
function isTooDeep(source: string): boolean {
  return MARKS.test(source) || INDENTED_ITEM.test(source);
}
