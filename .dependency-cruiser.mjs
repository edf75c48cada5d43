/** Imports point down only: protocol ← client ← cli, web; protocol ← keeper ← server ← cli; client, keeper ← chaos ← cli. Tests and the testkit may look at everything. */
const test = '\\.test\\.ts$|/test/|^packages/testkit/|^bench/';
const inside = (folder) => `^packages/server/src/${folder}/`;

/** A package may import itself, what is named here, and libraries. */
const packageRule = (name, allowed) => ({
  name: `${name}-imports`,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: test },
  to: { path: '^packages/', pathNot: [name, ...allowed].map((other) => `^packages/${other}/`) },
});

/** A folder of the server must not reach up into these. */
const downward = (folder, above) => ({
  name: `server-${folder}-looks-down`,
  severity: 'error',
  from: { path: inside(folder), pathNot: test },
  to: { path: above.map(inside) },
});

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^node:' } },
    packageRule('protocol', []),
    packageRule('demo-agent', []),
    packageRule('client', ['protocol']),
    packageRule('keeper', ['protocol']),
    packageRule('server', ['protocol', 'keeper', 'demo-agent']),
    packageRule('chaos', ['client', 'keeper', 'protocol']),
    packageRule('cli', ['chaos', 'client', 'keeper', 'protocol', 'server']),
    packageRule('web', ['client', 'protocol']),
    {
      name: 'only-serve-starts-the-server',
      severity: 'error',
      from: {
        path: '^packages/cli/',
        // `doctor` looks at a database that no server has open.
        pathNot: [test, '^packages/cli/src/commands/(serve|doctor)\\.ts$'],
      },
      // Looking at a data folder starts nothing.
      to: { path: '^packages/server/', pathNot: '^packages/server/src/examine-data-folder\\.ts$' },
    },
    {
      name: 'protocol-imports-zod-only',
      severity: 'error',
      from: { path: '^packages/protocol/src', pathNot: test },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'], pathNot: 'node_modules/(zod|uuidv7)/' },
    },
    {
      // The keeper's process has 60 MB; a library, or the protocol's schemas, would be a third of that.
      name: 'keeper-imports-no-library',
      severity: 'error',
      from: { path: '^packages/keeper/src/', pathNot: test },
      to: {
        path: '^node_modules/|^packages/protocol/src/',
        pathNot: '^packages/protocol/src/(pilotlight-error|error-codes)\\.ts$',
      },
    },
    {
      name: 'sql-stays-in-the-store',
      severity: 'error',
      from: { path: '^packages/', pathNot: [inside('store'), test] },
      to: { path: '^(node:)?sqlite$' },
    },
    {
      name: 'only-the-keeper-spawns-long-lived-children',
      severity: 'error',
      from: { path: inside('(backends|dispatch|http|journal|store)'), pathNot: test },
      to: { path: '^(node:)?child_process$' },
    },
    downward('http', ['backends', 'workspace', 'store']),
    downward('dispatch', ['http']),
    downward('residency', ['http', 'dispatch', 'journal', 'workspace', 'search']),
    downward('backends', ['http', 'dispatch', 'residency', 'journal', 'store']),
    downward('workspace', ['http', 'dispatch', 'residency', 'backends', 'journal', 'store']),
    downward('search', ['http', 'dispatch', 'backends', 'workspace']),
    downward('store', ['http', 'dispatch', 'residency', 'backends', 'workspace', 'journal']),
    downward('journal', ['http', 'dispatch', 'residency', 'backends', 'workspace']),
    {
      name: 'only-the-composition-root-imports-it',
      severity: 'error',
      from: { path: '^packages/server/src/', pathNot: [test, '^packages/server/src/index\\.ts$'] },
      to: { path: '^packages/server/src/compose\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/(testkit/agents|(web|cli)/dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
