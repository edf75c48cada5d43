const STYLE = `
  :root { color-scheme: light dark; --ground: #faf8f5; --ink: #26221d; --quiet: #756d63; --line: #e4ded5; --flame: #b9651b; }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #191714; --ink: #ece7df; --quiet: #9d958a; --line: #35312b; --flame: #e8a25c; }
  }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground); color: var(--ink);
    font: 15px/1.6 system-ui, sans-serif; }
  main { max-width: 30rem; padding: 2rem; }
  h1 { font-size: 1.25rem; font-weight: 600; margin: 0 0 .25rem; }
  h1::before { content: ""; display: inline-block; width: .55rem; height: .55rem; margin-right: .6rem;
    border-radius: 50% 50% 50% 0; rotate: -45deg; background: var(--flame); }
  p { margin: .75rem 0; } small { color: var(--quiet); }
  a { color: var(--flame); }
  code { font: 13px/1.6 ui-monospace, monospace; white-space: nowrap; padding: .1rem .35rem; border: 1px solid var(--line); border-radius: 6px; }
`;

/** What these pages may load: their own style and nothing else. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `body`, `title` and `refreshTo` are ours, or escaped by whoever gives them: they are not escaped here. */
function page(title: string, body: string, refreshTo?: string): string {
  const refresh = refreshTo === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${refreshTo}">`;
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} · Pilotlight</title>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">${refresh}<style>${STYLE}</style></head>` +
    `<body><main><h1>${title}</h1>${body}</main></body></html>`
  );
}

/** A page with one sentence; `refreshTo` is where the browser goes by itself. */
export function messagePage(title: string, sentence: string, refreshTo?: string): string {
  return page(title, `<p>${sentence}</p>`, refreshTo);
}

/** What `GET /` shows where the web app is not built. */
export function homePage(version: string, signedIn: boolean): string {
  const next = signedIn
    ? '<p>You are signed in. Send a first prompt from a repository with <code>pilotlight prompt "…"</code>.</p>'
    : '<p>To sign in, run <code>pilotlight open</code> on the machine that runs this server. On the command line, ' +
      'begin with <code>pilotlight prompt "…"</code> in a repository.</p>';
  const build =
    '<p>The page is not built yet. In the checkout, run <code>npm run build</code> and reload.</p>';
  return page('Pilotlight is running', `${next}${build}<p><small>Version ${version}</small></p>`);
}
