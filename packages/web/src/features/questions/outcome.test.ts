import type { Permission } from '@pilotlight/protocol';
import { expect, it } from 'vitest';
import { outcomeOf } from './outcome.ts';

function permission(fields: Partial<Permission>): Permission {
  return {
    id: 'prm_1',
    chatId: 'cht_1',
    turnId: 'trn_1',
    agent: 'demo',
    kind: 'permission',
    state: 'answered',
    title: 'Run npm test',
    toolCall: null,
    options: [
      { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
      { optionId: 'never', name: 'Never', kind: 'reject_always' },
    ],
    fields: [],
    url: null,
    subject: null,
    always: [],
    deadlineAt: null,
    answer: null,
    answeredBy: 'page',
    decision: null,
    createdAt: 0,
    answeredAt: 0,
    ...fields,
  };
}

it('says what was answered', () => {
  expect(outcomeOf(permission({ answer: { optionId: 'yes' } }))).toMatchObject({
    tone: 'good',
    verdict: 'Allowed',
    detail: null,
  });
  expect(outcomeOf(permission({ answer: { optionId: 'never', message: 'Use yarn' } }))).toMatchObject({
    tone: 'bad',
    verdict: 'Always refused',
    detail: '“Use yarn”',
  });
  expect(outcomeOf(permission({ state: 'cancelled' }))).toMatchObject({ tone: 'none' });
});

it('names the answers of a form by their labels', () => {
  const field = (id: string, title: string) => ({
    id,
    title,
    question: title,
    choices: [{ value: 'r', label: 'React' }],
    multiple: false,
    custom: true,
    required: true,
  });
  const form = permission({
    kind: 'question',
    options: [],
    fields: [field('a', 'Frame'), field('b', 'Name')],
  });
  expect(outcomeOf({ ...form, answer: { answers: { a: ['r'], b: ['shop'] } } })).toEqual({
    tone: 'good',
    verdict: 'Answered',
    detail: 'Frame: React; Name: shop',
  });
  expect(outcomeOf({ ...form, answer: { declined: true } })).toMatchObject({ verdict: 'Declined' });
});
