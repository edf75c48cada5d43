import { createClient } from '@pilotlight/client';

/** The server this page came from; the browser is signed in by cookie. Everything the page knows comes through it. */
export const server = createClient({ url: location.origin });
