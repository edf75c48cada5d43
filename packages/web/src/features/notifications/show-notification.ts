/** What is shown outside of the page. `path`: where a click leads. */
export interface Shown {
  title: string;
  body: string;
  tag: string;
  path: string;
}

/**
 * Through the service worker where there is one: it is the only way on a phone, and a click still leads somewhere when
 * this window is gone. A second one with the same tag takes the place of the first, in silence.
 */
export async function showNotification({ title, body, tag, path }: Shown, open: () => void): Promise<void> {
  const options = { body, tag, icon: '/icon-192.png', badge: '/badge-96.png', data: { path } };
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker?.active) {
    await worker.showNotification(title, options);
    return;
  }
  const notification = new Notification(title, options);
  notification.addEventListener('click', () => {
    window.focus();
    open();
    notification.close();
  });
  plain.set(tag, notification);
  notification.addEventListener('close', () => plain.delete(tag));
}

/** Shown without a service worker, which keeps its own by itself. */
const plain = new Map<string, Notification>();

/** Takes away what is no longer so: a question that was answered elsewhere. */
export async function closeNotification(tag: string): Promise<void> {
  plain.get(tag)?.close();
  const worker = await navigator.serviceWorker?.getRegistration();
  for (const shown of (await worker?.getNotifications({ tag })) ?? []) shown.close();
}
