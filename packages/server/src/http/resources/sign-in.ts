import type { Authenticator } from '../authenticator.ts';
import type { HttpDeps } from '../http-deps.ts';
import { homePage, messagePage } from '../pages.ts';
import { route } from '../route.ts';
import type { Http } from '../route.ts';

/** Sign-in links and the page they lead to. */
export function signInRoutes(
  http: Http,
  deps: Pick<HttpDeps, 'signIn' | 'version'>,
  authenticator: Authenticator,
): void {
  const { signIn, version } = deps;
  route(http, '/api/sign-in-links', {
    POST: (c) => {
      const { code, expiresAt } = signIn.create();
      return c.json({ path: `/sign-in?code=${code}`, expiresAt }, 201);
    },
  });
  route(http, '/sign-in', {
    GET: (c) => {
      // A HEAD request (link previews) must not use the code up.
      if (c.req.method !== 'GET' || !signIn.redeem(c.req.query('code') ?? '')) {
        return c.html(
          messagePage(
            'This sign-in link was used or has expired',
            'Get a new one with <code>pilotlight open</code>.',
          ),
          403,
        );
      }
      // Not a redirect: after a click on another site the browser would follow it without the strict cookie.
      const page = messagePage('Signed in', '<a href="/">Go on to Pilotlight</a>', '/');
      return c.html(page, 200, { 'set-cookie': authenticator.setCookie() });
    },
  });
  route(http, '/', {
    GET: (c) => c.html(homePage(version, authenticator.accepts(c.env.incoming.headers))),
  });
}
