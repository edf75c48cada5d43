import type { PermissionOption, QuestionField } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { answersOf, initialValues, inOrder, NOTHING_ENTERED, press, problemsOf, write } from './answers.ts';

function field(id: string, fields: Partial<QuestionField> = {}): QuestionField {
  const choices = ['a', 'b', 'c'].map((value) => ({ value, label: value }));
  return { id, title: id, question: id, choices, multiple: false, custom: false, required: true, ...fields };
}

describe('options', () => {
  it('are numbered from allow once to reject always', () => {
    const options = (['reject_once', 'allow_always', 'allow_once', 'allow_once'] as const).map(
      (kind, at): PermissionOption => ({ optionId: String(at), name: kind, kind }),
    );
    expect(inOrder(options).map(({ optionId }) => optionId)).toEqual(['2', '3', '1', '0']);
  });
});

describe('a form', () => {
  const one = field('one', { custom: true });
  const many = field('many', { multiple: true, custom: true, required: false });
  const text = field('text', { choices: [], custom: true });

  it('takes one choice or one text where one answer is wanted', () => {
    const picked = press(one, NOTHING_ENTERED, 'b');
    expect(picked).toEqual({ picked: ['b'], written: '' });
    const written = write(one, picked, 'other');
    expect(written).toEqual({ picked: [], written: 'other' });
    expect(press(one, written, 'a')).toEqual({ picked: ['a'], written: '' });
  });

  it('takes several in the order of the agent, and a text beside them', () => {
    const picked = press(many, press(many, NOTHING_ENTERED, 'c'), 'a');
    expect(picked.picked).toEqual(['a', 'c']);
    expect(press(many, picked, 'c').picked).toEqual(['a']);
    expect(write(many, picked, 'd')).toEqual({ picked: ['a', 'c'], written: 'd' });
  });

  it('answers what was entered and names what is missing', () => {
    const fields = [one, many, text];
    expect(
      answersOf(fields, { one: { picked: ['a'], written: '' }, text: { picked: [], written: ' x ' } }),
    ).toEqual({
      one: ['a'],
      text: ['x'],
    });
    expect([...problemsOf(fields, { text: { picked: [], written: '  ' } }).keys()]).toEqual(['one', 'text']);
    expect(problemsOf([many], {}).size).toBe(0);
    const port = field('port', { choices: [], custom: true, type: 'integer', initial: ['80'] });
    expect(problemsOf([port], { port: { picked: [], written: 'x' } }).get('port')).toBe('takes a number');
    expect(initialValues([port, field('colour', { initial: ['b'] })])).toEqual({
      port: { picked: [], written: '80' },
      colour: { picked: ['b'], written: '' },
    });
  });
});
