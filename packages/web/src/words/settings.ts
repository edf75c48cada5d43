export const settings = {
  title: 'Settings',
  sections: {
    appearance: { title: 'Appearance', about: 'Theme and motion' },
    notifications: { title: 'Notifications', about: 'When a session needs you or is done' },
    keyboard: { title: 'Keyboard', about: 'Shortcuts, and your own keys' },
    server: { title: 'Server', about: 'What it does for every browser' },
    mcp: { title: 'MCP servers', about: 'Tools that agents are given' },
    usage: { title: 'Usage', about: 'Tokens, cost and the budget of a day' },
    devices: { title: 'Devices', about: 'Sign in another device' },
    about: { title: 'About', about: 'Version and server' },
  },
  browserOnly: 'Kept in this browser.',

  theme: 'Theme',
  themes: { system: 'System', light: 'Light', dark: 'Dark' },
  themeAbout: 'System follows the light and dark of your computer or phone.',
  reduceMotion: 'Reduce motion',
  reduceMotionAbout: 'Nothing slides or fades. Also on by itself where your system asks for it.',
  commands: {
    group: 'Appearance',
    system: 'Use the theme of the system',
    light: 'Use the light theme',
    dark: 'Use the dark theme',
  },

  permission: {
    title: 'Permission of the browser',
    default: 'It has not been asked yet.',
    granted: 'Notifications are allowed.',
    denied:
      'Notifications are blocked. Allow them for this address in the settings of the browser, beside the address bar.',
    impossible:
      'No notifications here. Browsers give them only to pages on https or on the machine itself (localhost).',
    allow: 'Allow notifications',
    test: 'Send a test',
  },
  needsYou: 'When a session needs you',
  needsYouAbout: 'An agent asks something, or a turn failed.',
  done: 'When a session is done',
  doneAbout: 'A turn ended and nothing waits behind it.',

  shortcuts: 'Shortcuts',
  shortcutsAbout: 'All that can be done by keyboard. Every key can be changed.',
  ownKeys: (count: number) => (count === 1 ? '1 changed by you.' : `${count} changed by you.`),
  openSheet: 'Show and change shortcuts',

  everywhere: 'Kept by the server, for every browser.',
  continueInterrupted: 'Continue interrupted turns',
  continueInterruptedAbout: (prompt: string) =>
    `When a restart cut a turn off, the agent is sent “${prompt}” before what waits. Once for a turn, and never after you stopped it.`,

  goOnAfterLimit: 'Go on when a usage limit resets',
  goOnAfterLimitAbout:
    'A chat whose agent has reached a limit of its account goes on by itself when that resets. Otherwise it waits for you.',

  thisBrowser: 'This browser',
  thisBrowserAbout: 'Signed in by a cookie that only this server can read.',
  another: 'Another browser or device',
  anotherAbout: 'A sign-in link signs in whoever opens it, once. Send it only to yourself.',
  createLink: 'Create a sign-in link',
  createAnother: 'Create another',
  link: 'Sign-in link',
  copyLink: 'Copy the link',
  linkUntil: (time: string) => `Works once, until ${time}. It is not shown again.`,
  onlyHere: (host: string) =>
    `Only this machine reaches ${host}. For another one, start the server with \`--host 0.0.0.0\` or put a tunnel in front of it, and open this page by that address first.`,

  version: 'Version',
  address: 'Address',
  running: 'Running for',
  unreachable: 'The server does not answer, so its version is not known.',
};
