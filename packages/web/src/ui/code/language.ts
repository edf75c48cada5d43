/** What people write behind a fence or a file's name → the grammar that reads it. */
const ALIASES: Record<string, string> = {
  bash: 'shellscript',
  sh: 'shellscript',
  shell: 'shellscript',
  zsh: 'shellscript',
  console: 'shellscript',
  c: 'c',
  h: 'c',
  cpp: 'cpp',
  cc: 'cpp',
  cxx: 'cpp',
  hpp: 'cpp',
  'c++': 'cpp',
  cs: 'csharp',
  csharp: 'csharp',
  css: 'css',
  scss: 'scss',
  less: 'css',
  diff: 'diff',
  patch: 'diff',
  dockerfile: 'docker',
  docker: 'docker',
  go: 'go',
  golang: 'go',
  graphql: 'graphql',
  gql: 'graphql',
  html: 'html',
  htm: 'html',
  vue: 'html',
  svelte: 'html',
  ini: 'ini',
  toml: 'toml',
  java: 'java',
  js: 'javascript',
  javascript: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'jsx',
  json: 'json',
  jsonc: 'json',
  json5: 'json',
  kotlin: 'kotlin',
  kt: 'kotlin',
  lua: 'lua',
  make: 'make',
  makefile: 'make',
  md: 'markdown',
  markdown: 'markdown',
  mdx: 'markdown',
  php: 'php',
  py: 'python',
  python: 'python',
  rb: 'ruby',
  ruby: 'ruby',
  rs: 'rust',
  rust: 'rust',
  sql: 'sql',
  swift: 'swift',
  ts: 'typescript',
  typescript: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  xml: 'xml',
  svg: 'xml',
  yaml: 'yaml',
  yml: 'yaml',
};

/** The grammar for a fence's label or a file's path; null when there is none. */
export function languageOf(nameOrPath: string): string | null {
  const name =
    nameOrPath
      .trim()
      .toLowerCase()
      .split(/[\s{,]/)[0] ?? '';
  const file = name.slice(name.lastIndexOf('/') + 1);
  const extension = file.slice(file.lastIndexOf('.') + 1);
  for (const key of [name, file, extension]) if (Object.hasOwn(ALIASES, key)) return ALIASES[key] ?? null;
  return null;
}
