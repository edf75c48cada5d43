import type { ThemeRegistration } from 'shiki/core';

const color = (name: string) => `var(--c-code-${name})`;

/** Scopes of TextMate grammars → the few colours of code in tokens.css; everything else keeps the ink around it. */
const COLORS: [name: string, scopes: string[]][] = [
  ['comment', ['comment', 'punctuation.definition.comment', 'string.comment']],
  [
    'keyword',
    [
      'keyword',
      'storage',
      'keyword.operator.new',
      'keyword.operator.expression',
      'variable.language',
      'markup.heading',
      'entity.name.tag',
      'support.class.component',
    ],
  ],
  ['ink', ['keyword.operator', 'storage.type.function.arrow', 'keyword.operator.assignment']],
  [
    'string',
    [
      'string',
      'punctuation.definition.string',
      'string.regexp',
      'markup.inline.raw',
      'markup.fenced_code',
      'constant.character.escape',
    ],
  ],
  [
    'constant',
    [
      'constant',
      'constant.numeric',
      'constant.language',
      'support.constant',
      'variable.other.constant.property',
      'entity.other.attribute-name',
      'support.type.property-name',
      'meta.property-name',
    ],
  ],
  [
    'function',
    ['entity.name.function', 'support.function', 'meta.function-call entity.name', 'markup.underline.link'],
  ],
  [
    'type',
    [
      'entity.name.type',
      'entity.name.class',
      'support.type',
      'support.class',
      'entity.other.inherited-class',
      'entity.name.namespace',
    ],
  ],
  ['punctuation', ['punctuation.separator', 'punctuation.terminator', 'punctuation.definition.tag']],
  ['good', ['markup.inserted', 'punctuation.definition.inserted']],
  ['bad', ['markup.deleted', 'punctuation.definition.deleted', 'invalid']],
  ['comment', ['meta.diff.header', 'meta.diff.range', 'punctuation.definition.range.diff']],
];

/** Colours of code as variables, so that one highlighting serves light and dark. */
export const codeTheme: ThemeRegistration = {
  name: 'pilotlight',
  type: 'light',
  colors: { 'editor.foreground': color('ink'), 'editor.background': color('none') },
  settings: [
    { settings: { foreground: color('ink'), background: color('none') } },
    ...COLORS.map(([name, scope]) => ({ scope, settings: { foreground: color(name) } })),
  ],
};
