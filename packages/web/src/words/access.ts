export const access = {
  title: 'You are signed out',
  text: 'This browser is not signed in to the Pilotlight server at',
  how: 'On the machine where the server runs, type:',
  command: 'pilotlight open',
  once: 'It opens this page signed in. When the browser is elsewhere, open the printed link there: it works once, for a short time.',
  checkAgain: 'Check again',
  checking: 'Checking',
  stillOut: 'Still signed out. Use the link first, then check again.',
};
