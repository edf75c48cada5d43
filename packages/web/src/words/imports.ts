export const imports = {
  title: 'Import a conversation',
  about: 'Goes on here with what was begun in the agent itself. Its history comes with it.',
  command: 'Import a conversation of an agent',
  open: 'Import a conversation…',
  list: 'Conversations',
  search: 'Search its conversations',
  noneMatches: 'No conversation matches.',
  /** what the agent has no title for is known by its id */
  untitled: (id: string) => `No title (${id})`,
  here: 'in a chat here',
  asking: (agent: string) => `Asking ${agent} for its conversations`,
  none: (agent: string, path: string) =>
    `${agent} has no conversation of ${path}. Begin one with ${agent} in that folder, and it is listed here.`,
  cannot: (agent: string) =>
    `${agent} cannot list its conversations, so none of them can be imported. Choose another agent.`,
  noProject: 'Choose the folder whose conversations you look for.',
  worksIn: (path: string) => `The chat works directly in ${path}, where the conversation was begun.`,
  importing: (title: string) => `Importing “${title}” with its history`,
};
