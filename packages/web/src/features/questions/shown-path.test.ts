import { expect, it } from 'vitest';
import { shownPath } from './shown-path.ts';

it('shortens what lies in the folder, and marks what does not', () => {
  expect(shownPath('/w/tree/src/a.ts', '/w/tree')).toEqual({ text: 'src/a.ts', isOutside: false });
  expect(shownPath('src/a.ts', '/w/tree')).toEqual({ text: 'src/a.ts', isOutside: false });
  expect(shownPath('/w/tree', '/w/tree')).toEqual({ text: '/w/tree', isOutside: false });
  expect(shownPath('/w/tree-2/a.ts', '/w/tree')).toEqual({ text: '/w/tree-2/a.ts', isOutside: true });
  expect(shownPath('/w/tree/../x', '/w/tree')).toEqual({ text: '/w/tree/../x', isOutside: true });
  expect(shownPath('../x', '/w/tree')).toEqual({ text: '../x', isOutside: true });
  expect(shownPath('/etc/passwd', null)).toEqual({ text: '/etc/passwd', isOutside: false });
});
