import { emptyIndexState } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { aProject, row } from '../frame/rows-fixture.ts';
import { firstProject } from './first-project.ts';

describe('firstProject', () => {
  const projects = { shop: aProject('shop'), api: { ...aProject('api'), createdAt: 5 } };
  const index = { ...emptyIndexState(), projects };

  it('takes the one used last while it is there', () => {
    expect(firstProject(index, 'shop')).toBe('shop');
    expect(firstProject(index, 'gone')).toBe('api');
  });

  it('takes that of the newest session before the newest project', () => {
    const sessions = { a: row('a', 'idle', { projectId: 'shop', createdAt: 9 }).session };
    expect(firstProject({ ...index, sessions }, null)).toBe('shop');
  });

  it('answers null without a project', () => {
    expect(firstProject(emptyIndexState(), 'shop')).toBeNull();
  });
});
