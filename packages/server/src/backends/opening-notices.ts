/** What the user has to hear of how agent sessions were opened, each said once and again only when it is another. */
export class OpeningNotices {
  readonly #notices = new Map<string, { text: string | null; isTold: boolean }>();

  /** `key`: of the agent session */
  put(key: string, text: string | null): void {
    if (this.#notices.get(key)?.text !== text) this.#notices.set(key, { text, isTold: false });
  }

  /** null when there is nothing new to say */
  take(key: string): string | null {
    const notice = this.#notices.get(key);
    if (notice === undefined || notice.isTold) return null;
    notice.isTold = true;
    return notice.text;
  }
}
