import type { Permission } from '@pilotlight/protocol';
import * as words from '../../words/index.ts';
import { ruleSubject } from '../policies/rule-text.ts';
import { isRefusal } from './answers.ts';
import { visibleText } from './visible-text.ts';

/** What became of a question, in words. */
export interface Outcome {
  tone: 'good' | 'bad' | 'none';
  /** `Allowed`, `Declined`; whole sentences stay for the title */
  verdict: string;
  /** the answers of a form, or the message that went along */
  detail: string | null;
}

/** Who answered: `on the page`, `by a rule of the session: git status *`; null when nobody did. */
export function answeredBy({ decision, answeredBy: who }: Permission): string | null {
  if (decision !== null && decision.by !== 'user') {
    const { rule } = decision;
    return words.policies.decidedBy(decision, rule === undefined ? '' : visibleText(ruleSubject(rule)));
  }
  return who === null ? null : words.questions.by(who);
}

export function outcomeOf({ kind, state, options, fields, answer }: Permission): Outcome {
  const detail =
    answer?.message === undefined ? null : words.questions.withMessage(visibleText(answer.message));
  if (state !== 'answered' || answer === null) {
    return { tone: 'none', verdict: words.questions.released, detail: null };
  }
  if (kind === 'permission') {
    const option = options.find(({ optionId }) => optionId === answer.optionId);
    if (option === undefined) return { tone: 'none', verdict: words.questions.answered, detail };
    return {
      tone: isRefusal(option) ? 'bad' : 'good',
      verdict: words.questions.verdict(option.kind),
      detail,
    };
  }
  if (answer.declined === true) return { tone: 'bad', verdict: words.questions.declined, detail };
  const said = fields.flatMap(({ id, title, choices }) => {
    const labels = (answer.answers?.[id] ?? []).map(
      (value) => choices.find((choice) => choice.value === value)?.label ?? value,
    );
    if (labels.length === 0) return [];
    return [fields.length === 1 ? labels.join(', ') : `${title}: ${labels.join(', ')}`];
  });
  return { tone: 'good', verdict: words.questions.answered, detail: visibleText(said.join('; ')) || null };
}
