/** The packed recordings of `fixtures`: everything that real agents were heard to say, with long lists and inputs cut. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const FOLDER = fileURLToPath(new URL('../../fixtures/', import.meta.url));

/** One recorded message of one recording. */
interface PackedLine {
  recording: string;
  message: unknown;
}

/** Where a pack lies. */
export function packPath(pack: 'acp' | 'opencode'): string {
  return `${FOLDER}${pack}-recordings.jsonl.gz`;
}

/** name of the recording → its messages in order */
export function readRecordings(pack: 'acp' | 'opencode'): Map<string, unknown[]> {
  const recordings = new Map<string, unknown[]>();
  const lines = gunzipSync(readFileSync(packPath(pack)))
    .toString('utf8')
    .trim()
    .split('\n');
  for (const line of lines) {
    const { recording, message } = JSON.parse(line) as PackedLine;
    const messages = recordings.get(recording) ?? [];
    messages.push(message);
    recordings.set(recording, messages);
  }
  return recordings;
}
