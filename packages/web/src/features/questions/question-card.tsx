/** Stub of the foundation; its feature replaces it. */
export function QuestionCard(_: { permission: import('@pilotlight/protocol').Permission }) {
  return <div>QuestionCard</div>;
}
