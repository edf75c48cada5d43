import { create } from 'zustand';

/** `impossible`: this browser, or this address without TLS, has no notifications. */
export type PermissionNow = NotificationPermission | 'impossible';

function read(): PermissionNow {
  return 'Notification' in window && window.isSecureContext ? Notification.permission : 'impossible';
}

/** What the browser lets this page do now. */
export const useNotificationPermission = create<{ permission: PermissionNow }>()(() => ({
  permission: read(),
}));

/** Follows changes made in the browser's own settings. Answers how to stop. */
export function followPermission(): () => void {
  const refresh = () => useNotificationPermission.setState({ permission: read() });
  let status: PermissionStatus | undefined;
  let isStopped = false;
  void navigator.permissions
    ?.query({ name: 'notifications' })
    .then((found) => {
      if (isStopped) return;
      status = found;
      status.addEventListener('change', refresh);
    })
    .catch(() => {});
  return () => {
    isStopped = true;
    status?.removeEventListener('change', refresh);
  };
}

/** Asks the user, through the browser. Only in answer to a press: browsers refuse a page that asks by itself. */
export async function askPermission(): Promise<void> {
  await Notification.requestPermission();
  useNotificationPermission.setState({ permission: read() });
}
