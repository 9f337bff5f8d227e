/** Subscriptions beside the wall's own: sent when what they name has changed, and again after every greeting. */

import { subscribeMessage, unsubscribeMessage, type ServerMessage } from "./messages";

export class Followed {
  private told = "";
  private refused = new Set<string>();

  constructor(
    private readonly name: string,
    private readonly send: (text: string) => void,
  ) {}

  /** Follow these topics from now on. */
  follow(topics: readonly string[]): void {
    const sorted = [...new Set(topics)].filter((topic) => !this.refused.has(topic)).sort();
    const asked = sorted.join("\n");
    if (asked === this.told) return;
    this.told = asked;
    this.send(sorted.length === 0 ? unsubscribeMessage(this.name) : subscribeMessage(this.name, sorted, null));
  }

  /** Leave out what the centre does not have, until its standard changes. */
  hear(message: ServerMessage): void {
    if (message.type === "standard") this.refused.clear();
    if (message.type !== "error" || message.id !== this.name || message.topics.length === 0) return;
    for (const topic of message.topics) this.refused.add(topic);
    this.told = "";
  }

  /** The server knows nothing of it any more. */
  forget(): void {
    this.told = "";
    this.refused.clear();
  }
}
