// Lets the page open while its server is away, and shows notifications.
//
//   /assets/*        hashed by the build, never changes: from the cache, else from the server and into the cache
//   a place (html)   from the server; when it does not answer soon, the one kept last
//   icons, theme.js  from the cache, and asked for again behind it
//   anything else    not touched, /api and /sign-in above all
//
// One cache holds the shell, one for each build its assets, named by the shell's etag. Assets of the build before the newest
// stay, because a window that was not loaded again may still want some; older ones go.
//
// A new version of this file waits until a page is loaded and asks for it (app/register-service-worker.ts): never does it
// take over in the middle of work.

const SHELL = 'pilotlight-shell-1';
const ASSETS = 'pilotlight-assets-1 ';
const KEPT_BUILDS = 2;
/** How long a server that does not answer is waited for, in ms; one that refuses is not waited for at all. */
const PATIENCE = 2_500;
const SMALL = [
  '/theme.js',
  '/icon.svg',
  '/icon-180.png',
  '/icon-192.png',
  '/icon-512.png',
  '/manifest.webmanifest',
];

self.addEventListener('install', (event) => event.waitUntil(install()));

async function install() {
  const shell = await fetch('/', { cache: 'no-cache' });
  if (await isShell(shell)) await keepShell(shell);
  const small = await caches.open(SHELL);
  await Promise.all(SMALL.map((path) => small.add(path).catch(() => {})));
}

self.addEventListener('activate', (event) => event.waitUntil(activate()));

async function activate() {
  await removeOld();
  // Nothing before this version was in charge: what is loaded from now on may be kept.
  await self.clients.claim();
}

self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (isServers(url.pathname)) return;
  if (request.mode === 'navigate') event.respondWith(navigate(event));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request));
  else if (SMALL.includes(url.pathname)) event.respondWith(small(event));
});

/** What only the server may answer. */
function isServers(path) {
  return /^\/(api|sign-in)(\/|$)/.test(path);
}

async function navigate(event) {
  const fresh = fetch(event.request);
  event.waitUntil(
    fresh
      .then((response) => response.clone())
      .then(async (response) => ((await isShell(response)) ? keepShell(response) : undefined))
      .catch(() => {}),
  );
  const kept = await (await caches.open(SHELL)).match('/');
  if (kept === undefined) return fresh;
  // What a proxy in front says while the server is away (502 to 504) is no page of ours.
  const isAway = ({ status }) => status >= 502 && status <= 504;
  const answer = fresh.then((response) => (isAway(response) ? kept : response));
  return Promise.race([answer, after(PATIENCE).then(() => kept)]).catch(() => kept);
}

async function asset(request) {
  const known = await caches.match(request);
  if (known !== undefined) return known;
  const response = await fetch(request);
  // The server says of a build under way that it may still change.
  const isLasting = response.headers.get('cache-control')?.includes('immutable') === true;
  if (response.ok && isLasting) {
    const copy = response.clone();
    const cache = await caches.open(ASSETS + (await currentBuild()));
    await cache.put(request, copy).catch(() => {});
  }
  return response;
}

async function small(event) {
  const cache = await caches.open(SHELL);
  const known = await cache.match(event.request);
  const fresh = fetch(event.request).then(async (response) => {
    if (response.ok) await cache.put(event.request, response.clone());
    return response;
  });
  if (known === undefined) return fresh;
  event.waitUntil(fresh.catch(() => {}));
  return known;
}

/** The app's page, and not that of a server without one, or of a proxy that wants a password. */
async function isShell(response) {
  if (!response.ok || response.redirected) return false;
  if (response.headers.get('content-type')?.startsWith('text/html') !== true) return false;
  return (await response.clone().text()).includes('/assets/');
}

/** Keeps the page and what it names itself, so that the next start needs no server. */
async function keepShell(response) {
  const build = buildOf(response);
  const shell = await caches.open(SHELL);
  const before = await shell.match('/');
  if (before !== undefined && buildOf(before) === build) return;
  const text = await response.clone().text();
  const assets = await caches.open(ASSETS + build);
  const paths = [...new Set(text.match(/\/assets\/[\w.-]+/g) ?? [])];
  const missing = [];
  for (const path of paths) if ((await assets.match(path)) === undefined) missing.push(path);
  await assets.addAll(missing);
  // Last, so that what is kept is never a page without its script.
  await shell.put('/', response);
  await removeOld();
}

function buildOf(response) {
  return response.headers.get('etag') ?? 'unknown';
}

async function currentBuild() {
  const kept = await (await caches.open(SHELL)).match('/');
  return kept === undefined ? 'unknown' : buildOf(kept);
}

/** Caches of other versions of this file, and of builds nobody uses any more. `keys` is in the order they were made. */
async function removeOld() {
  const names = (await caches.keys()).filter((name) => name.startsWith('pilotlight-'));
  const builds = names.filter((name) => name.startsWith(ASSETS)).slice(-KEPT_BUILDS);
  const current = ASSETS + (await currentBuild());
  const kept = new Set([SHELL, current, ...builds]);
  await Promise.all(names.filter((name) => !kept.has(name)).map((name) => caches.delete(name)));
}

function after(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path ?? '/'));
});

/** In a window that is there, without loading it again; else in a new one. */
async function open(path) {
  const windows = await self.clients.matchAll({ type: 'window' });
  const window =
    windows.find((each) => each.focused) ?? windows.find((each) => each.visibilityState === 'visible');
  const target = window ?? windows[0];
  if (target === undefined) {
    await self.clients.openWindow(path);
    return;
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a client has none
  target.postMessage({ open: path });
  await target.focus();
}
