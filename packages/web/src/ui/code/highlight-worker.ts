import type { HighlighterCore, LanguageInput, ThemedToken } from 'shiki/core';
import type { CodeToken } from './highlight.ts';

/**
 * Colours code beside the page: a grammar's expressions take long to compile, and nobody should feel that while typing.
 * One request at a time; those that nobody waits for any more are passed over.
 */
export interface HighlightRequest {
  id: number;
  code: string;
  language: string;
}

export type HighlightMessage = HighlightRequest | { cancel: number };

export interface HighlightAnswer {
  id: number;
  /** null: there is no grammar for it */
  lines: CodeToken[][] | null;
}

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

async function load(): Promise<HighlighterCore> {
  const [{ createHighlighterCore }, { createJavaScriptRegexEngine }, { codeTheme }] = await Promise.all([
    import('shiki/core'),
    import('shiki/engine/javascript'),
    import('./theme.ts'),
  ]);
  return createHighlighterCore({
    themes: [codeTheme],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
}

async function tokenise({ code, language }: HighlightRequest): Promise<CodeToken[][] | null> {
  const grammar = Object.hasOwn(GRAMMARS, language) ? GRAMMARS[language] : undefined;
  if (grammar === undefined) return null;
  const core = await (highlighter ??= load());
  if (!core.getLoadedLanguages().includes(language)) await core.loadLanguage(grammar);
  const tokens = core.codeToTokensBase(code, {
    lang: language,
    theme: 'pilotlight',
    tokenizeMaxLineLength: 2_000,
    // A line cut off in the middle of compiling would colour the rest wrongly; here nobody waits for it.
    tokenizeTimeLimit: 10_000,
  });
  return tokens.map((line) => line.map(toToken));
}

function toToken({ content, color }: ThemedToken): CodeToken {
  return { text: content, color: color === undefined || color === 'var(--c-code-ink)' ? null : color };
}

const waiting: HighlightRequest[] = [];
let isBusy = false;

addEventListener('message', ({ data }: MessageEvent<HighlightMessage>) => {
  if ('cancel' in data) {
    const at = waiting.findIndex(({ id }) => id === data.cancel);
    if (at >= 0) waiting.splice(at, 1);
    return;
  }
  waiting.push(data);
  if (!isBusy) void work();
});

async function work(): Promise<void> {
  isBusy = true;
  for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
    const lines = await tokenise(request).catch(() => null);
    postMessage({ id: request.id, lines } satisfies HighlightAnswer);
    // Between two requests the word that nobody waits any more is heard.
    await new Promise((resolve) => setTimeout(resolve));
  }
  isBusy = false;
}
