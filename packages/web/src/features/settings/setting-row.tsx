import type { ReactNode } from 'react';

/** One setting: what it is, what it does, and the control. The control goes below where there is no room beside. */
export function SettingRow({
  title,
  about,
  children,
}: {
  title: string;
  about?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 border-b border-line py-2.5 last:border-b-0">
      <div className="min-w-56 flex-1">
        <p>{title}</p>
        {about === undefined ? null : <p className="max-w-[58ch] text-small text-ink-3">{about}</p>}
      </div>
      {children}
    </div>
  );
}
