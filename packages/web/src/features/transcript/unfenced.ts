/** Some agents put output between fences of markdown; what is between them is what is meant. */
export function unfenced(text: string): string {
  const match = /^\s*```[\w-]*\n([\s\S]*?)\n?```\s*$/.exec(text);
  return match?.[1] ?? text;
}
