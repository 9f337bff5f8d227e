/** Messages of `ioc.live.v1` as the wall understands them. Types and members it does not know are ignored. */

import { asInstant, asList, asMembers, asNumber, asText, parseJson, type Members } from "../model/json";
import { readObservation, type Observation } from "../model/observation";

export const SUBPROTOCOL = "ioc.live.v1";

/** What the server knows about this screen. */
export interface Screen {
  readonly province: string | null;
  readonly scene: string | null;
  readonly theme: string | null;
  readonly rotateSeconds: number | null;
}

export type ServerMessage =
  | {
      readonly type: "hello";
      readonly epoch: string;
      readonly seq: number;
      readonly heartbeatMs: number | null;
      readonly serverTime: number | null;
      readonly build: string | null;
      readonly standard: string | null;
      readonly screen: Screen | null;
    }
  | { readonly type: "standard"; readonly standard: string | null }
  | {
      readonly type: "snapshot";
      readonly id: string;
      readonly seq: number;
      readonly items: readonly Observation[];
      readonly more: boolean;
    }
  | { readonly type: "change"; readonly seq: number; readonly items: readonly Observation[] }
  | { readonly type: "resumed"; readonly id: string }
  | { readonly type: "gap"; readonly id: string; readonly reason: string }
  | { readonly type: "heartbeat"; readonly seq: number | null; readonly serverTime: number | null }
  | {
      readonly type: "trend";
      readonly observation: string;
      readonly start: number | null;
      readonly stepMs: number | null;
      readonly values: readonly (number | null)[];
      readonly append: boolean;
    }
  | { readonly type: "bye"; readonly retryAfterMs: number | null }
  | {
      readonly type: "error";
      readonly id: string | null;
      readonly detail: string;
      /** Those for which a subscription was refused: without them it may be sent again. */
      readonly topics: readonly string[];
    };

/** Where a client stood: the epoch of the last hello and the seq of the last message. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

/** Read one text message; null when the wall has no use for it. */
export function readMessage(text: string): ServerMessage | null {
  const message = asMembers(parseJson(text));
  if (message === null) return null;
  switch (message["type"]) {
    case "hello":
      return readHello(message);
    case "snapshot":
      return {
        type: "snapshot",
        id: idOf(message),
        seq: seqOf(message),
        items: itemsOf(message),
        more: message["more"] === true,
      };
    case "change":
      return { type: "change", seq: seqOf(message), items: itemsOf(message) };
    case "standard":
      return { type: "standard", standard: asText(message["standard_version"]) };
    case "resumed":
      return { type: "resumed", id: idOf(message) };
    case "gap":
      return { type: "gap", id: idOf(message), reason: asText(message["reason"]) ?? "" };
    case "heartbeat":
      return { type: "heartbeat", seq: asNumber(message["seq"]), serverTime: asInstant(message["server_time"]) };
    case "trend":
      return readTrend(message);
    case "bye":
      return { type: "bye", retryAfterMs: secondsToMs(asNumber(message["retry_after"])) };
    case "error":
      return {
        type: "error",
        id: asText(message["id"]),
        detail: asText(message["detail"]) ?? "",
        topics: asList(message["topics"]).flatMap((topic) => asText(topic) ?? []),
      };
    default:
      return null;
  }
}

/** Ask for topics; with a position, for what has changed since. */
export function subscribeMessage(id: string, topics: readonly string[], resume: Position | null): string {
  return JSON.stringify({ type: "subscribe", id, topics, ...(resume === null ? {} : { resume }) });
}

/** Say what the screen shows. `at` is the server's time in milliseconds since 1970. */
export function unsubscribeMessage(id: string): string {
  return JSON.stringify({ type: "unsubscribe", id });
}

export function paintedMessage(seq: number, at: number, scene: string, build: string | null, heapMb: number | null): string {
  return JSON.stringify({
    type: "painted",
    seq,
    at: new Date(at).toISOString(),
    scene,
    ...(build === null ? {} : { build }),
    ...(heapMb === null ? {} : { heap_mb: heapMb }),
  });
}

function readHello(message: Members): ServerMessage {
  const screen = asMembers(message["screen"]);
  const heartbeat = asNumber(message["heartbeat"]) ?? asNumber(asMembers(message["limits"])?.["heartbeat_s"]);
  return {
    type: "hello",
    epoch: textOrNumber(message["epoch"]) ?? "",
    seq: seqOf(message),
    heartbeatMs: secondsToMs(heartbeat),
    serverTime: asInstant(message["server_time"]),
    build: asText(message["build"]),
    standard: asText(message["standard_version"]),
    screen:
      screen === null
        ? null
        : {
            province: textOrNumber(screen["province"] ?? screen["unit"]),
            scene: asText(screen["scene"]),
            theme: asText(screen["theme"]),
            rotateSeconds: asNumber(screen["rotate_s"]),
          },
  };
}

function readTrend(message: Members): ServerMessage | null {
  const topic = asText(message["topic"]);
  const observation = asText(message["observation"]) ?? topic?.replace(/^trend\//, "") ?? asText(message["id"]);
  if (observation === null) return null;
  const values = asList(message["values"]).map((value) => asNumber(value));
  return {
    type: "trend",
    observation,
    start: asInstant(message["start"]),
    stepMs: secondsToMs(asNumber(message["step"])),
    values,
    append: message["append"] === true,
  };
}

function itemsOf(message: Members): readonly Observation[] {
  return asList(message["items"]).flatMap((item) => readObservation(item) ?? []);
}

function idOf(message: Members): string {
  return asText(message["id"]) ?? "";
}

function seqOf(message: Members): number {
  return asNumber(message["seq"]) ?? 0;
}

function textOrNumber(value: unknown): string | null {
  return typeof value === "number" ? String(value) : asText(value);
}

function secondsToMs(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1000;
}
