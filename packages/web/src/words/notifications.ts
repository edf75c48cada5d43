export const notifications = {
  title: {
    question: (session: string) => `${session}: needs your answer`,
    failed: (session: string) => `${session}: failed`,
    done: (session: string) => `${session}: done`,
  },
  offer: 'That took a while. Be told when a session needs you or is done?',
  allow: 'Allow notifications',
  test: { title: 'Pilotlight may notify you', body: 'A click leads to the session it speaks of.' },
};
