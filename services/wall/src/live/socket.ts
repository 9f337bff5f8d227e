/** The thin shell around `connection.ts`: one WebSocket at a time, one timer, and what the state machine wants done. */

import { startLink, step, type LinkEffect, type LinkEvent, type LinkState } from "./connection";
import { readMessage, SUBPROTOCOL, type ServerMessage } from "./messages";
import type { Observation } from "../model/observation";

const TICK_MS = 250;

/** What happens on the link, as the wall wants to know it. */
export interface LinkListener {
  readonly replaced: (items: readonly Observation[]) => void;
  readonly merged: (items: readonly Observation[]) => void;
  readonly heard: (message: ServerMessage) => void;
}

/** A link that keeps itself alive until `stop`. */
export class Link {
  state: LinkState;
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;

  /** `now` is a clock that never jumps, in milliseconds. */
  constructor(
    private readonly address: URL,
    topics: readonly string[],
    private readonly listener: LinkListener,
    private readonly now: () => number,
  ) {
    this.state = startLink(topics, now());
  }

  /** Begin to connect. */
  start(): void {
    this.timer ??= setInterval(() => {
      this.happen({ kind: "tick" });
    }, TICK_MS);
    this.happen({ kind: "tick" });
  }

  /** Follow other topics from now on. */
  choose(topics: readonly string[]): void {
    this.happen({ kind: "chosen", topics });
  }

  /** Send a text if the link stands; else it is left out. */
  send(text: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  /** Close for good. */
  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.letGo();
  }

  private happen(event: LinkEvent): void {
    const next = step(this.state, event, this.now());
    this.state = next.state;
    for (const effect of next.effects) this.act(effect);
  }

  private act(effect: LinkEffect): void {
    switch (effect.kind) {
      case "connect":
        this.connect();
        break;
      case "send":
        this.send(effect.text);
        break;
      case "drop":
        this.abandon();
        break;
      case "replace":
        this.listener.replaced(effect.items);
        break;
      case "merge":
        this.listener.merged(effect.items);
        break;
    }
  }

  private connect(): void {
    const socket = new WebSocket(this.address, SUBPROTOCOL);
    this.socket = socket;
    socket.onopen = () => {
      this.happen({ kind: "opened" });
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = typeof data === "string" ? readMessage(data) : null;
      if (message === null) return;
      this.happen({ kind: "received", message });
      this.listener.heard(message);
    };
    socket.onclose = () => {
      this.abandon();
    };
  }

  /** A dead link may take minutes to close: it is left alone, and the next attempt does not wait for it. */
  private abandon(): void {
    this.letGo();
    this.happen({ kind: "closed", chance: Math.random() });
  }

  private letGo(): void {
    const { socket } = this;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
