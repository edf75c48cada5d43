import type { SeededRandom } from './seeded-random.ts';

/** How an agent is spoken to: by the demo agent's commands, by the diligent agent's, or by markers of the model server. */
export type Language = 'demo' | 'diligent' | 'model';

/** The agent that is scripted for these runs. */
export const SCRIPTED = 'diligent';

export function languageOf(agent: string): Language {
  if (agent === 'demo') return 'demo';
  return agent === SCRIPTED ? 'diligent' : 'model';
}

/** What can be asked of an agent. What it answers must depend on nothing but the line and its nonce. */
export interface Line {
  key: string;
  /** the text blocks of the prompt; `effects`: the file in which a command leaves its nonce */
  blocks(nonce: string, effects: string): string[];
  /** it ends by a cancel only */
  endless?: true;
  /** leaves its nonce in the file of effects once */
  hasEffect?: true;
  weight: number;
}

/** The block by which the deliveries of a prompt are counted. */
export function nonceBlock(nonce: string): string {
  return `nonce ${nonce}`;
}

function demo(key: string, weight: number, command: (nonce: string, effects: string) => string): Line {
  return { key, weight, blocks: (nonce, effects) => [nonceBlock(nonce), command(nonce, effects)] };
}

const DEMO: Line[] = [
  demo('echo', 2, (nonce) => `/echo the words of ${nonce}`),
  demo('count 15', 3, () => '/count 15'),
  demo('count 70', 4, () => '/count 70'),
  demo('ask', 2, () => '/ask'),
  demo('output 3000', 1, () => '/output 3000'),
  demo('output 200000', 1, () => '/output 200000'),
  demo('big 100000', 1, () => '/big 100000'),
  demo('flood 300 mixed', 1, () => '/flood 300 mixed'),
  demo('write', 2, (nonce) => `/write notes/${nonce}.txt the text of ${nonce}`),
  {
    ...demo('run', 4, (nonce, effects) => {
      const steps = 'for i in 1 2 3 4 5 6 7 8; do echo step $i; sleep 0.1; done';
      return `/run echo ${nonce} >> ${effects}; ${steps}`;
    }),
    hasEffect: true,
  },
  { ...demo('wait', 1, () => '/wait'), endless: true },
];

const DILIGENT: Line[] = [10, 40, 120].map((count) => ({
  key: `say ${count}`,
  weight: 1,
  blocks: (nonce) => [`«${nonce}» ${count}`],
}));

const MODEL: Line[] = [
  { key: 'short', weight: 2, blocks: (nonce) => [`[[text tag=${nonce}]]`] },
  { key: 'words 30', weight: 2, blocks: (nonce) => [`[[text 30 delay=15 tag=${nonce}]]`] },
  { key: 'words 100', weight: 2, blocks: (nonce) => [`[[text 100 delay=15 tag=${nonce}]]`] },
];

const LINES: Record<Language, readonly Line[]> = { demo: DEMO, diligent: DILIGENT, model: MODEL };

/** Every line that can be said in a language. */
export function linesOf(language: Language): readonly Line[] {
  return LINES[language];
}

/** What a chat says next. */
export function nextLine(language: Language, random: SeededRandom): Line {
  const lines = linesOf(language);
  const weights = Object.fromEntries(lines.map(({ key, weight }) => [key, weight]));
  const key = random.weighted(weights);
  return lines.find((line) => line.key === key) as Line;
}

/** A text that stands in one prompt only and in no other nonce. */
export function nonceOf(run: string, chat: string, count: number): string {
  return `${run}-${chat}-${count}e`;
}
