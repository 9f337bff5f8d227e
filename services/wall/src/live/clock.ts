/** The server's time as the page knows it, and how long what it tells has been on its way. */

import type { ServerMessage } from "./messages";

export class ServerClock {
  /** Server time minus the page's own clock, null before the first greeting. */
  private offsetMs: number | null = null;
  /** From publishing to hearing, null before the first change. */
  lagMs: number | null = null;

  get known(): boolean {
    return this.offsetMs !== null;
  }

  /** The server's time in milliseconds since 1970; the machine's before a greeting. */
  get now(): number {
    return performance.now() + this.offset;
  }

  /** What added to the page's clock gives the server's time. */
  get offset(): number {
    return this.offsetMs ?? Date.now() - performance.now();
  }

  /** Take the time from a message that tells it. */
  hear(message: ServerMessage): void {
    if ((message.type === "hello" || message.type === "heartbeat") && message.serverTime !== null)
      this.offsetMs = message.serverTime - performance.now();
    if (message.type === "change") this.measure(Math.max(0, ...message.items.map((item) => item.publishedAt ?? 0)));
  }

  private measure(newest: number): void {
    if (newest > 0 && this.offsetMs !== null) this.lagMs = this.now - newest;
  }
}
