/** A stand-in for the api while the wall is developed or tested alone: real HTTP, real WebSocket, made-up figures. */

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { WebSocketServer } from "ws";
import { catalogue, chances, communes, figures } from "./figures.mjs";

/** @typedef {import("./figures.mjs").Item} Item */
/** @typedef {{ dist?: string | null, port?: number, province?: string, provinceName?: string, boundaries?: unknown, empty?: boolean, trends?: boolean, heartbeatSeconds?: number, places?: import("./figures.mjs").Commune[] }} Options */

const TYPES = /** @type {Record<string, string>} */ ({ ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml" });

/** Start a stand-in. @param {Options} options */
export async function startMock({ dist = null, port = 0, province = "33", provinceName = "Hưng Yên", boundaries = null, empty = false, trends = true, heartbeatSeconds = 10, places = communes(104, chances(7)) } = {}) {
  const board = /** @type {Map<string, Item>} */ (new Map());
  const log = /** @type {{ seq: number, items: Item[] }[]} */ ([]);
  const sessions = /** @type {Set<Session>} */ (new Set());
  const painted = /** @type {Item[]} */ ([]);
  let [epoch, seq, refusing] = ["epoch-1", 1, false];
  if (!empty) for (const item of figures(province, places, chances(11))) board.set(keyOf(item), item);

  const lists = /** @type {Record<string, unknown>} */ ({
    "/v1/indicators": { items: catalogue(), next: null },
    "/v1/units?level=P": { items: [{ level: "P", code: `P:${province}`, name_vi: `Tỉnh ${provinceName}`, name_short_vi: provinceName }], next: null },
    [`/v1/units?parent=P:${province}`]: { items: places.map(({ unit, name, lat, lon }) => ({ level: "C", code: unit, name_vi: name, lat, lon })), next: null },
    ...(boundaries === null ? {} : { [`/v1/units/P:${province}/boundaries`]: boundaries }),
  });

  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "/");
    if (path in lists) { response.setHeader("content-type", "application/json").end(JSON.stringify(lists[path])); return; }
    if (dist === null || !path.startsWith("/wall/")) { response.writeHead(404).end(); return; }
    const name = normalize(path.replace(/\?.*$/, "").slice("/wall/".length) || "index.html");
    readFile(join(dist, name)).then(
      (content) => response.setHeader("content-type", TYPES[extname(name)] ?? "application/octet-stream").end(content),
      () => response.writeHead(404).end(),
    );
  });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => (offered.has("ioc.live.v1") ? "ioc.live.v1" : false) });
  server.on("upgrade", (request, socket, head) => {
    if (refusing) { socket.destroy(); return; }
    sockets.handleUpgrade(request, socket, head, (client) => { open(client); });
  });

  /** @param {import("ws").WebSocket} client */
  const open = (client) => {
    /** @param {unknown} message */
    const send = (message) => { client.send(JSON.stringify(message)); };
    const session = { client, topics: /** @type {string[]} */ ([]), send };
    sessions.add(session);
    client.on("close", () => sessions.delete(session));
    client.on("message", (data) => { hear(session, JSON.parse(String(data))); });
    send({ type: "hello", epoch, seq, heartbeat: heartbeatSeconds, limits: {}, server_time: new Date().toISOString(), tz: "Asia/Ho_Chi_Minh", build: "mock", standard_version: "0" });
  };

  /** @param {Session} session @param {{ type: string, id: string, topics: string[], resume?: { epoch: string, seq: number } }} message */
  const hear = (session, message) => {
    if (message.type === "painted") painted.push(/** @type {Item} */ (/** @type {unknown} */ (message)));
    if (message.type !== "subscribe") return;
    if (message.id === "trends") { if (trends) for (const topic of message.topics) session.send(trend(topic, board)); return; }
    session.topics = message.topics;
    const { resume } = message;
    if (resume?.epoch === epoch && resume.seq <= seq) {
      session.send({ type: "resumed", id: message.id, from: resume.seq });
      for (const change of log) if (change.seq > resume.seq) session.send({ type: "change", seq: change.seq, items: change.items.filter((item) => wanted(session.topics, item, province)) });
      return;
    }
    if (resume !== undefined) session.send({ type: "gap", id: message.id, reason: "epoch" });
    const items = [...board.values()].filter((item) => wanted(session.topics, item, province));
    const half = Math.ceil(items.length / 2);
    session.send({ type: "snapshot", id: message.id, seq, items: items.slice(0, half), more: true });
    session.send({ type: "snapshot", id: message.id, seq, items: items.slice(half), more: false });
  };

  const heart = setInterval(() => { for (const session of sessions) session.send({ type: "heartbeat", seq, server_time: new Date().toISOString() }); }, heartbeatSeconds * 1000);
  await new Promise((resolve) => { server.listen(port, "127.0.0.1", () => { resolve(null); }); });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}`;

  return {
    origin,
    wall: `${origin}/wall/?province=${province}`,
    painted,
    /** The present figures. */
    items: () => [...board.values()],
    /** Publish changes. @param {Item[]} items */
    push(items) {
      seq += 1;
      for (const item of items) {
        if (item["removed"] === true) board.delete(keyOf(item));
        else board.set(keyOf(item), item);
      }
      log.push({ seq, items });
      for (const session of sessions) {
        const mine = items.filter((item) => wanted(session.topics, item, province));
        if (mine.length > 0) session.send({ type: "change", seq, items: mine });
      }
    },
    /** Break all connections; with `refuse`, new ones are refused until `accept`. @param {{ refuse?: boolean, retryAfter?: number | null }} how */
    drop({ refuse = false, retryAfter = null } = {}) {
      refusing = refuse;
      for (const session of sessions) {
        if (retryAfter !== null) session.send({ type: "bye", code: 1012, retry_after: retryAfter });
        session.client.close(1012);
      }
    },
    /** Take connections again, as a server that was started anew if `restarted`. @param {{ restarted?: boolean }} how */
    accept({ restarted = false } = {}) {
      refusing = false;
      if (!restarted) return;
      [epoch, seq] = [`${epoch}+`, 1];
      log.length = 0;
    },
    async stop() {
      clearInterval(heart);
      for (const session of sessions) session.client.terminate();
      await new Promise((resolve) => { server.close(() => { resolve(null); }); server.closeAllConnections(); });
    },
  };
}

/** @typedef {{ client: import("ws").WebSocket, topics: string[], send: (message: unknown) => void }} Session */

/** @param {Item} item */
function keyOf(item) {
  return `${String(item["id"]).split("|").slice(0, 3).join("|")}|${String(item["window"])}`;
}

/** @param {string[]} topics @param {Item} item @param {string} province */
function wanted(topics, item, province) {
  const unit = String(item["unit"]);
  const dims = Object.entries(/** @type {Record<string, string>} */ (item["dims"])).flat();
  const path = ["indicators", unit === "N:VN" ? "VN" : province, unit, String(item["indicator"]), String(item["window"]), ...dims];
  return topics.some((topic) => {
    const segments = topic.split("/");
    return segments.length === path.length && segments.every((segment, index) => segment === "*" || segment === path[index]);
  });
}

/** A course that ends in the present value. @param {string} topic @param {Map<string, Item>} board */
function trend(topic, board) {
  const id = topic.slice("trend/".length);
  const item = [...board.values()].find((candidate) => candidate["id"] === id);
  const value = typeof item?.["value"] === "number" ? item["value"] : 0;
  const chance = chances(id.length * 31 + id.charCodeAt(3));
  const count = item?.["period"] === null ? 30 : 13;
  const values = Array.from({ length: count }, (_, index) => value * (1 - (count - 1 - index) * 0.004 + (index === count - 1 ? 0 : (chance() - 0.5) * 0.012)));
  return { type: "trend", topic, step: 86_400, start: new Date(Date.now() - count * 86_400_000).toISOString(), values };
}
