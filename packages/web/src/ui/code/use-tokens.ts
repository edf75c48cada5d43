import { useEffect, useState } from 'react';
import { highlight, type CodeToken } from './highlight.ts';

/** What was highlighted last, so that code scrolled back into view has its colours at once. */
const recent = new Map<string, CodeToken[][]>();
const RECENT = 200;

/** The code's lines as coloured tokens; null until they are there, and for ever where there is no grammar. */
export function useTokens(code: string, language: string | null): CodeToken[][] | null {
  const key = `${language}\0${code}`;
  const [found, setFound] = useState<{ key: string; tokens: CodeToken[][] } | null>(null);
  const known = language === null ? undefined : recent.get(key);
  useEffect(() => {
    if (language === null || known !== undefined) return;
    const abort = new AbortController();
    void highlight(code, language, abort.signal).then((tokens) => {
      if (tokens === null || abort.signal.aborted) return;
      recent.set(key, tokens);
      const [oldest] = recent.keys();
      if (recent.size > RECENT && oldest !== undefined) recent.delete(oldest);
      setFound({ key, tokens });
    });
    return () => abort.abort();
  }, [key, code, language, known]);
  return known ?? (found?.key === key ? found.tokens : null);
}
