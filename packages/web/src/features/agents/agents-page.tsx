/** Stub of the foundation; its feature replaces it. */
export function AgentsPage() {
  return <div>AgentsPage</div>;
}
