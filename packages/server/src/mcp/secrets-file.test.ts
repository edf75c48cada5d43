import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SecretsFile } from './secrets-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-secrets-'));
  path = join(folder, 'secrets.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('keeps secrets for its user alone', () => {
  const secrets = new SecretsFile(path);
  secrets.set('A', '1');
  secrets.set('B', '2');
  expect(secrets.names()).toEqual(['A', 'B']);
  expect(secrets.remove('A')).toBe(true);
  expect(secrets.remove('A')).toBe(false);
  expect(new SecretsFile(path).get('B')).toBe('2');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a spoiled file is left as it is, and its words are not repeated', () => {
  const spoiled = '{"A": "hush", }';
  writeFileSync(path, spoiled);
  const secrets = new SecretsFile(path);
  expect(secrets.get('A')).toBeUndefined();
  for (const change of [() => secrets.set('B', '2'), () => secrets.remove('A')]) {
    expect(change).toThrowError(expect.objectContaining({ code: 'config_invalid' }));
    expect(change).not.toThrowError(/hush/);
  }
  expect(readFileSync(path, 'utf8')).toBe(spoiled);
});
