import { expect, test } from 'vitest';
import { readResidencySettings } from './settings.ts';

const GB = 2 ** 30;

test('without words, the machine decides', () => {
  expect(readResidencySettings({}, 20 * GB)).toEqual({
    idleMs: 30 * 60_000,
    highBytes: 12 * GB,
    lowBytes: 9 * GB,
    spares: 1,
  });
  expect(readResidencySettings({}).highBytes).toBeGreaterThan(0);
});

test('sizes and shares are understood, and 0 minutes is never', () => {
  const env = {
    PILOTLIGHT_IDLE_MINUTES: '0',
    PILOTLIGHT_MEMORY_HIGH: '50%',
    PILOTLIGHT_MEMORY_LOW: '1.5 GiB',
    PILOTLIGHT_SPARES: '0',
  };
  expect(readResidencySettings(env, 8 * GB)).toEqual({
    idleMs: null,
    highBytes: 4 * GB,
    lowBytes: 1.5 * GB,
    spares: 0,
  });
  expect(readResidencySettings({ PILOTLIGHT_MEMORY_HIGH: '900mb' }, GB).highBytes).toBe(900 * 2 ** 20);
});

test.each([
  ['PILOTLIGHT_IDLE_MINUTES', 'soon'],
  ['PILOTLIGHT_IDLE_MINUTES', '-1'],
  ['PILOTLIGHT_MEMORY_HIGH', 'much'],
  ['PILOTLIGHT_MEMORY_HIGH', '110%'],
  ['PILOTLIGHT_MEMORY_LOW', '99GB'],
  ['PILOTLIGHT_SPARES', '1.5'],
])('%s=%s is refused with what is expected', (name, value) => {
  expect(() => readResidencySettings({ [name]: value }, 20 * GB)).toThrow(
    expect.objectContaining({
      code: 'config_invalid',
      message: expect.stringContaining(`${name} is "${value}"`),
    }),
  );
});
