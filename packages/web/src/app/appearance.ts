import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export type Theme = 'system' | 'light' | 'dark';
export type Motion = 'system' | 'reduced';

interface Appearance {
  theme: Theme;
  motion: Motion;
}

/** How the page looks in this browser. `public/theme.js` reads the same entry before the first paint. */
export const useAppearance = create<Appearance>()(
  persist((): Appearance => ({ theme: 'system', motion: 'system' }), { name: 'pilotlight.appearance' }),
);

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Keeps the document in step with the setting and the system. Answers how to stop. */
export function applyAppearance(): () => void {
  const apply = (): void => {
    const { theme, motion } = useAppearance.getState();
    const root = document.documentElement;
    root.dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    if (motion === 'reduced') root.dataset['motion'] = 'reduced';
    else delete root.dataset['motion'];
  };
  apply();
  dark.addEventListener('change', apply);
  const unsubscribe = useAppearance.subscribe(apply);
  return () => {
    dark.removeEventListener('change', apply);
    unsubscribe();
  };
}
