/** The thin shell around `connection.ts`: one WebSocket at a time, one timer, and what the state machine wants done. */

import { LIMITS, startLink, step, type LinkEvent, type LinkState } from "./connection";
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
export interface Link {
  readonly state: () => LinkState;
  /** Follow other topics from now on. */
  readonly choose: (topics: readonly string[]) => void;
  /** Send a text if the link stands; else it is left out. */
  readonly send: (text: string) => void;
  readonly stop: () => void;
}

/** Open a link to `address`; `now` is a clock that never jumps, in milliseconds. */
export function openLink(address: URL, topics: readonly string[], listener: LinkListener, now: () => number): Link {
  let state = startLink(topics, now());
  let socket: WebSocket | null = null;

  const happen = (event: LinkEvent): void => {
    const next = step(state, event, now());
    state = next.state;
    for (const effect of next.effects) {
      switch (effect.kind) {
        case "connect": connect(); break;
        case "send": socket?.send(effect.text); break;
        case "drop": abandon(); break;
        case "replace": listener.replaced(effect.items); break;
        case "merge": listener.merged(effect.items); break;
      }
    }
  };

  const connect = (): void => {
    const mine = new WebSocket(address, SUBPROTOCOL);
    socket = mine;
    mine.onopen = () => { happen({ kind: "opened" }); };
    mine.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = typeof data === "string" ? readMessage(data) : null;
      if (message === null) return;
      happen({ kind: "received", message });
      listener.heard(message);
    };
    mine.onclose = () => { if (socket === mine) abandon(); };
  };

  /** A dead link may take minutes to close: it is left alone, and the next attempt does not wait for it. */
  const abandon = (): void => {
    const dead = socket;
    socket = null;
    if (dead !== null) {
      dead.onopen = dead.onmessage = dead.onclose = null;
      dead.close();
    }
    happen({ kind: "closed", chance: Math.random() });
  };

  const timer = setInterval(() => { happen({ kind: "tick" }); }, Math.min(TICK_MS, LIMITS.pauseMs));
  happen({ kind: "tick" });
  return {
    state: () => state,
    choose: (topics) => { happen({ kind: "chosen", topics }); },
    send: (text) => { if (socket?.readyState === WebSocket.OPEN) socket.send(text); },
    stop: () => {
      clearInterval(timer);
      if (socket !== null) {
        socket.onclose = socket.onmessage = null;
        socket.close();
      }
    },
  };
}
