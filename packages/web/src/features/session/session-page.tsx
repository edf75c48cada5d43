/** Stub of the foundation; its feature replaces it. */
export function SessionPage() {
  return <div>SessionPage</div>;
}
