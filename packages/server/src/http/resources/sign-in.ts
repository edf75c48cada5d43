import type { Authenticator } from '../authenticator.ts';
import type { HttpDeps } from '../http-deps.ts';
import { messagePage } from '../pages.ts';
import { readTarget } from '../sign-in-target.ts';
import { route } from '../route.ts';
import type { Http } from '../route.ts';

/** Sign-in links and the page they lead to. */
export function signInRoutes(
  http: Http,
  { signIn }: Pick<HttpDeps, 'signIn'>,
  authenticator: Authenticator,
): void {
  route(http, '/api/sign-in-links', {
    POST: (c) => {
      const { code, expiresAt } = signIn.create();
      return c.json({ path: `/sign-in?code=${code}`, expiresAt }, 201);
    },
  });
  route(http, '/sign-in', {
    GET: (c) => {
      const target = readTarget(c.req.query('to'));
      if (target === null) {
        const sentence =
          'After sign-in it goes only to a path on this server, such as <code>&amp;to=/sessions/…</code>.';
        return c.html(messagePage('This sign-in link leads elsewhere', sentence), 422);
      }
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
      const page = messagePage('Signed in', `<a href="${target}">Go on to Pilotlight</a>`, target);
      return c.html(page, 200, { 'set-cookie': authenticator.setCookie() });
    },
  });
}
