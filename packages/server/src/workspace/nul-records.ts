/** The records of git's `-z` output, one after the other; what was cut off at the end is none. */
export function* nulRecords(output: Buffer): Generator<string, void, undefined> {
  let from = 0;
  for (let to = output.indexOf(0); to >= 0; to = output.indexOf(0, from)) {
    yield output.toString('utf8', from, to);
    from = to + 1;
  }
}
