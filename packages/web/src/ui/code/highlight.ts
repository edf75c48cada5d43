import type { GrammarState, HighlighterCore, LanguageInput, ThemedToken } from 'shiki/core';

/** A stretch of code in one colour; null: the ink of the text around it. */
export interface CodeToken {
  text: string;
  color: string | null;
}

/** Longer code stays plain: colours help to read a screen, not a book. In characters. */
const MAX_LENGTH = 120_000;
/** Characters tokenised before the page gets its turn again. */
const SLICE = 6_000;

const GRAMMARS: Record<string, LanguageInput> = {
  c: () => import('shiki/langs/c.mjs'),
  cpp: () => import('shiki/langs/cpp.mjs'),
  csharp: () => import('shiki/langs/csharp.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  docker: () => import('shiki/langs/docker.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  graphql: () => import('shiki/langs/graphql.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  ini: () => import('shiki/langs/ini.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  javascript: () => import('shiki/langs/javascript.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  jsx: () => import('shiki/langs/jsx.mjs'),
  kotlin: () => import('shiki/langs/kotlin.mjs'),
  lua: () => import('shiki/langs/lua.mjs'),
  make: () => import('shiki/langs/make.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  php: () => import('shiki/langs/php.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  ruby: () => import('shiki/langs/ruby.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  scss: () => import('shiki/langs/scss.mjs'),
  shellscript: () => import('shiki/langs/shellscript.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  swift: () => import('shiki/langs/swift.mjs'),
  toml: () => import('shiki/langs/toml.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  typescript: () => import('shiki/langs/typescript.mjs'),
  xml: () => import('shiki/langs/xml.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
};

let highlighter: Promise<HighlighterCore> | undefined;

/** One highlighter for the page, loaded with the first code that is shown. Its colours are variables of tokens.css. */
async function highlighterFor(language: string): Promise<HighlighterCore> {
  highlighter ??= (async () => {
    const [{ createHighlighterCore }, { createJavaScriptRegexEngine }, { codeTheme }] = await Promise.all([
      import('shiki/core'),
      import('shiki/engine/javascript'),
      import('./theme.ts'),
    ]);
    return createHighlighterCore({
      themes: [codeTheme],
      engine: createJavaScriptRegexEngine({ forgiving: true }),
    });
  })();
  const core = await highlighter;
  const grammar = GRAMMARS[language];
  if (grammar !== undefined && !core.getLoadedLanguages().includes(language))
    await core.loadLanguage(grammar);
  return core;
}

/**
 * The lines of `code` as coloured tokens; null when its language is unknown or it is too long. Works in slices, so that
 * the page stays responsive, and stops when the signal is aborted.
 */
export async function highlight(
  code: string,
  language: string,
  signal: AbortSignal,
): Promise<CodeToken[][] | null> {
  if (code.length > MAX_LENGTH || !Object.hasOwn(GRAMMARS, language)) return null;
  const core = await highlighterFor(language);
  const lines: CodeToken[][] = [];
  let state: GrammarState | undefined;
  for (const slice of slices(code)) {
    if (signal.aborted) return null;
    const tokens = core.codeToTokensBase(slice, {
      lang: language,
      theme: 'pilotlight',
      tokenizeMaxLineLength: 2_000,
      ...(state === undefined ? {} : { grammarState: state }),
    });
    state = core.getLastGrammarState(tokens);
    for (const line of tokens) lines.push(line.map(toToken));
    if (slice.length >= SLICE) await new Promise((resolve) => setTimeout(resolve));
  }
  return lines;
}

function toToken({ content, color }: ThemedToken): CodeToken {
  return { text: content, color: color === undefined || color === 'var(--c-code-ink)' ? null : color };
}

/** Whole lines, about SLICE characters together. */
function* slices(code: string): Generator<string> {
  let start = 0;
  while (start < code.length) {
    const cut = code.indexOf('\n', start + SLICE);
    if (cut < 0) break;
    yield code.slice(start, cut);
    start = cut + 1;
  }
  yield code.slice(start);
}
