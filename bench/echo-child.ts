/** Gives every byte back: what a round trip through pipes costs. */
process.stdin.pipe(process.stdout);
