/** A stand-in for the api while the wall is developed or tested alone: real HTTP, real WebSocket, made-up figures. */

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { WebSocketServer } from "ws";
import { communeFigures, procedures } from "./communes.mjs";
import { catalogue, chances, communes, figures } from "./figures.mjs";
import { explanationOf, moreCatalogue, moreFigures } from "./outcomes.mjs";

/** @typedef {import("./figures.mjs").Item} Item */
/** @typedef {import("./figures.mjs").Commune} Commune */
/** @typedef {{ client: import("ws").WebSocket, asked: Map<string, string[]>, send: (message: unknown) => void }} Session */
/** @typedef {{ type: string, id: string, topics: string[], resume?: { epoch: string, seq: number } }} Request */
/** @typedef {{ dist?: string | null, port?: number, province?: string, provinceName?: string, boundaries?: unknown, empty?: boolean, trends?: boolean, heartbeatSeconds?: number, places?: Commune[], all?: boolean, build?: string, screen?: Item, explains?: boolean }} Options */

const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
});

/** Start a stand-in on a free port. @param {Options} [options] */
export async function startMock(options = {}) {
  const mock = new Mock(options);
  await mock.listen(options.port ?? 0);
  return mock;
}

/** The stand-in: what it holds, who is connected, and how it can be made to fail. */
export class Mock {
  origin = "";
  epoch = "epoch-1";
  seq = 1;
  refusing = false;
  /** What screens say they have painted. */
  painted = /** @type {Item[]} */ ([]);
  /** What was asked for, in order. */
  requests = /** @type {Request[]} */ ([]);
  board = /** @type {Map<string, Item>} */ (new Map());
  log = /** @type {{ seq: number, items: Item[] }[]} */ ([]);
  sessions = /** @type {Set<Session>} */ (new Set());

  /** @param {Options} options */
  constructor({
    dist = null,
    province = "33",
    provinceName = "Hưng Yên",
    boundaries = null,
    empty = false,
    trends = true,
    heartbeatSeconds = 10,
    places = communes(104, chances(7)),
    all = false,
    build = "mock",
    screen = {},
    explains = true,
  }) {
    this.build = build;
    this.screen = screen;
    this.province = province;
    this.trends = trends;
    this.heartbeatSeconds = heartbeatSeconds;
    if (!empty) for (const item of figures(province, places, chances(11))) this.board.set(keyOf(item), item);
    if (all)
      for (const item of communeFigures(
        places.map(({ unit }) => unit),
        chances(17),
      ))
        this.board.set(keyOf(item), item);
    if (all) for (const item of moreFigures(province, places, chances(13))) this.board.set(keyOf(item), item);
    const lists = listsOf(province, provinceName, places, boundaries, all);
    this.server = createServer(
      answerer(lists, dist, (id, cursor) => {
        const item = [...this.board.values()].find((candidate) => candidate["id"] === id);
        return explains && item !== undefined ? explanationOf(item, cursor) : null;
      }),
    );
    const sockets = new WebSocketServer({
      noServer: true,
      handleProtocols: (offered) => (offered.has("ioc.live.v1") ? "ioc.live.v1" : false),
    });
    this.server.on("upgrade", (request, socket, head) => {
      if (this.refusing) socket.destroy();
      else sockets.handleUpgrade(request, socket, head, (client) => this.#open(client));
    });
    this.heart = setInterval(() => {
      for (const session of this.sessions)
        session.send({ type: "heartbeat", seq: this.seq, server_time: new Date().toISOString() });
    }, heartbeatSeconds * 1000);
  }

  /** @param {number} port */
  async listen(port) {
    await new Promise((resolve) => this.server.listen(port, "127.0.0.1", () => resolve(null)));
    const address = this.server.address();
    this.origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}`;
  }

  /** The address of the wall. */
  get wall() {
    return `${this.origin}/wall/?province=${this.province}`;
  }

  /** Publish changes. @param {Item[]} items */
  push(items) {
    this.seq += 1;
    for (const item of items) {
      if (item["removed"] === true) this.board.delete(keyOf(item));
      else this.board.set(keyOf(item), item);
    }
    this.log.push({ seq: this.seq, items });
    for (const session of this.sessions) this.#tell(session, { seq: this.seq, items });
  }

  /** Break all connections; with `refuse`, new ones are refused until `accept`. @param {{ refuse?: boolean, retryAfter?: number | null }} [how] */
  drop({ refuse = false, retryAfter = null } = {}) {
    this.refusing = refuse;
    for (const session of this.sessions) {
      if (retryAfter !== null) session.send({ type: "bye", code: 1012, retry_after: retryAfter });
      session.client.close(1012);
    }
  }

  /** Take connections again, as a server that was started anew if `restarted`. @param {{ restarted?: boolean }} [how] */
  accept({ restarted = false } = {}) {
    this.refusing = false;
    if (!restarted) return;
    this.epoch += "+";
    this.seq = 1;
    this.log = [];
  }

  async stop() {
    clearInterval(this.heart);
    for (const session of this.sessions) session.client.terminate();
    await new Promise((resolve) => {
      this.server.close(() => resolve(null));
      this.server.closeAllConnections();
    });
  }

  /** @param {import("ws").WebSocket} client */
  #open(client) {
    const session = /** @type {Session} */ ({
      client,
      asked: new Map(),
      send: (message) => client.send(JSON.stringify(message)),
    });
    this.sessions.add(session);
    client.on("close", () => this.sessions.delete(session));
    client.on("message", (data) => {
      if (Buffer.isBuffer(data)) this.#hear(session, readRequest(data.toString()));
    });
    const greeting = {
      heartbeat: this.heartbeatSeconds,
      limits: {},
      tz: "Asia/Ho_Chi_Minh",
      build: this.build,
      screen: this.screen,
      standard_version: "0",
    };
    session.send({ type: "hello", epoch: this.epoch, seq: this.seq, server_time: new Date().toISOString(), ...greeting });
  }

  /** @param {Session} session @param {Request} request */
  #hear(session, request) {
    this.requests.push(request);
    if (request.type === "painted") this.painted.push(/** @type {Item} */ (/** @type {unknown} */ (request)));
    if (request.type === "unsubscribe") session.asked.delete(request.id);
    if (request.type !== "subscribe") return;
    if (request.id === "trends") {
      if (this.trends) for (const topic of request.topics) session.send(trend(topic, this.board));
      return;
    }
    session.asked.set(request.id, request.topics);
    const { resume } = request;
    if (resume?.epoch === this.epoch && resume.seq <= this.seq) {
      session.send({ type: "resumed", id: request.id, from: resume.seq });
      for (const change of this.log) if (change.seq > resume.seq) this.#tell(session, change);
      return;
    }
    if (resume !== undefined) session.send({ type: "gap", id: request.id, reason: "epoch" });
    const items = [...this.board.values()].filter((item) => wanted(request.topics, item, this.province));
    const half = Math.ceil(items.length / 2);
    session.send({ type: "snapshot", id: request.id, seq: this.seq, items: items.slice(0, half), more: true });
    session.send({ type: "snapshot", id: request.id, seq: this.seq, items: items.slice(half), more: false });
  }

  /** @param {Session} session @param {{ seq: number, items: Item[] }} change */
  #tell(session, { seq, items }) {
    const topics = [...session.asked.values()].flat();
    const mine = items.filter((item) => wanted(topics, item, this.province));
    if (mine.length > 0) session.send({ type: "change", seq, items: mine });
  }
}

/** @param {string} province @param {string} name @param {readonly Commune[]} places @param {unknown} boundaries @param {boolean} all @returns {Record<string, unknown>} */
function listsOf(province, name, places, boundaries, all) {
  const own = { level: "P", code: `P:${province}`, name_vi: `Tỉnh ${name}`, name_short_vi: name };
  return {
    "/v1/indicators": { items: all ? [...catalogue(), ...moreCatalogue()] : catalogue(), next: null },
    [`/v1/procedures?unit=P:${province}`]: { items: procedures(), next: null },
    "/v1/units?level=P": { items: [own], next: null },
    [`/v1/units?parent=P:${province}`]: {
      items: places.map(({ unit, name: full, lat, lon }) => ({ level: "C", code: unit, name_vi: full, lat, lon })),
      next: null,
    },
    ...(boundaries === null ? {} : { [`/v1/units/P:${province}/boundaries`]: boundaries }),
  };
}

/** @param {Record<string, unknown>} lists @param {string | null} dist @param {(id: string, cursor: string | null) => Item | null} explain @returns {import("node:http").RequestListener} */
function answerer(lists, dist, explain) {
  return (request, response) => {
    const path = decodeURIComponent(request.url ?? "/");
    if (path in lists) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(lists[path]));
      return;
    }
    const asked = /^\/v1\/observations\/(.+)\/explain(?:\?cursor=(\d+))?$/.exec(path);
    const explanation = asked === null ? null : explain(asked[1] ?? "", asked[2] ?? null);
    if (explanation !== null) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(explanation));
      return;
    }
    if (dist === null || !path.startsWith("/wall/")) {
      response.writeHead(404).end();
      return;
    }
    const name = normalize(path.replace(/\?.*$/, "").slice("/wall/".length) || "index.html");
    readFile(join(dist, name)).then(
      (content) => response.setHeader("content-type", TYPES[extname(name)] ?? "application/octet-stream").end(content),
      () => response.writeHead(404).end(),
    );
  };
}

/** @param {string} text @returns {Request} */
function readRequest(text) {
  const request = /** @type {unknown} */ (JSON.parse(text));
  return /** @type {Request} */ (request);
}

/** @param {Item} item */
function keyOf(item) {
  return `${String(item["id"]).split("|").slice(0, 3).join("|")}|${String(item["window"])}`;
}

/** @param {string[]} topics @param {Item} item @param {string} province */
function wanted(topics, item, province) {
  const unit = String(item["unit"]);
  const dims = Object.entries(/** @type {Record<string, string>} */ (item["dims"])).flat();
  const path = [
    "indicators",
    unit === "N:VN" ? "VN" : province,
    unit,
    String(item["indicator"]),
    String(item["window"]),
    ...dims,
  ];
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
  const values = Array.from(
    { length: count },
    (_, index) => value * (1 - (count - 1 - index) * 0.004 + (index === count - 1 ? 0 : (chance() - 0.5) * 0.012)),
  );
  const start = new Date(Date.now() - count * 86_400_000).toISOString();
  return { type: "trend", topic, observation: id, step: 86_400, start, values, append: false };
}
