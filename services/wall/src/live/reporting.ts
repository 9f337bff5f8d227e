/** Tells the server what has been painted: each new state once, and now and then that the page lives. */

import { heapMb } from "../view/window";
import { paintedMessage } from "./messages";

const PAINTED_EVERY_MS = 30_000;

export class Reporting {
  private reported = { seq: -1, at: 0 };

  constructor(private readonly send: (text: string) => void) {}

  /** `seq` has been painted at `now` (the page's clock), which is `at` of the server's. */
  painted(seq: number, now: number, at: number, scene: string, build: string | null): void {
    if (seq === this.reported.seq && now - this.reported.at < PAINTED_EVERY_MS) return;
    this.reported = { seq, at: now };
    this.send(paintedMessage(seq, at, scene, build, heapMb()));
  }
}
