/** Subscriptions beside the wall's own: sent when what they name has changed, and again after every greeting. */

import { subscribeMessage, unsubscribeMessage } from "./messages";

export class Followed {
  private told = "";

  constructor(
    private readonly name: string,
    private readonly send: (text: string) => void,
  ) {}

  /** Follow these topics from now on. */
  follow(topics: readonly string[]): void {
    const sorted = [...new Set(topics)].sort();
    const asked = sorted.join("\n");
    if (asked === this.told) return;
    this.told = asked;
    this.send(sorted.length === 0 ? unsubscribeMessage(this.name) : subscribeMessage(this.name, sorted, null));
  }

  /** The server knows nothing of it any more. */
  forget(): void {
    this.told = "";
  }
}
