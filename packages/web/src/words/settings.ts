export const settings = {
  sections: {
    appearance: { title: 'Appearance', about: 'Theme and motion' },
    notifications: { title: 'Notifications', about: 'When a session needs you or is done' },
    keyboard: { title: 'Keyboard', about: 'Shortcuts' },
    about: { title: 'About and devices', about: 'Version, server, sign in another device' },
  },
};
