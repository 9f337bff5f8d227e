/** The wall at work: wires the link, the board and the page together, paints once a second and answers keys. */

import { paintedMessage, subscribeMessage, type ServerMessage } from "./live/messages";
import { Link } from "./live/socket";
import { retryInSeconds } from "./live/connection";
import { Explaining } from "./live/explaining";
import { readStanding, StandardWatch, type Standing } from "./live/standing";
import { drawnOn } from "./live/trends";
import { Board } from "./model/board";
import { thresholdClasses } from "./model/classes";
import { indicatorOf } from "./model/catalogue";
import { layOutMap, type MapLayout } from "./model/maplayout";
import type { Observation } from "./model/observation";
import { phaseOf, startRotation, touched, turned, type Rotation } from "./model/rotation";
import { page, shownItem } from "./page";
import { legendSize, listSize, PICTURE } from "./parts/map";
import { SCENES, sceneAfter, FIRST } from "./scenes/all";
import type { Scene, SceneContext, Trend } from "./scenes/context";
import { EXAMPLE_PROVINCE, provinceCode, type Settings } from "./settings";
import { crossFadeStage, motionHooks } from "./view/motion";
import { paint } from "./view/patch";
import { heapMb, isWide } from "./view/window";

const TRENDS = "trends";
const PAINTED_EVERY_MS = 30_000;
/** Beyond this the page is loaded anew at the next scene change. */
const HEAP_MAX_MB = 500;

export class App {
  private readonly board = new Board();
  private readonly trends = new Map<string, Trend>();
  private readonly hooks;
  private readonly started = performance.now();
  private link: Link | null = null;
  private standing: Standing | null = null;
  private readonly standard = new StandardWatch(() => this.province !== null && this.readStanding(this.province));
  private layout: MapLayout | null = null;
  private province: string | null;
  private scene: Scene;
  private readonly explaining: Explaining;
  private rotation: Rotation;
  private held = false;
  private listing = false;
  private theme: string;
  private filled = false;
  /** Server time minus the page's own clock, null before the first greeting. */
  private offsetMs: number | null = null;
  private lagMs: number | null = null;
  private build: string | null = null;
  private outdated = false;
  private trendTopics = "";
  private reported = { seq: -1, at: 0 };

  constructor(
    private readonly root: HTMLElement,
    private readonly base: URL,
    private readonly settings: Settings,
  ) {
    this.province = settings.province;
    this.scene = SCENES.find((scene) => scene.id === settings.scene || scene.key === settings.scene) ?? FIRST;
    this.rotation = startRotation(settings.rotateSeconds, performance.now());
    this.explaining = new Explaining(base, () => {
      this.paint();
    });
    this.hooks = motionHooks(() => this.still());
    this.theme = settings.theme ?? "dark";
    document.documentElement.dataset["theme"] = this.theme;
    if (settings.far !== null) document.documentElement.style.setProperty("--far", String(settings.far / 5));
    if (settings.still) document.documentElement.dataset["motion"] = "none";
  }

  /** Begin; the page lives as long as its window. */
  start(): void {
    const address = new URL("live", this.base);
    address.protocol = address.protocol.replace("http", "ws");
    const listener = {
      replaced: (items: readonly Observation[]) => {
        this.board.replace(items);
        this.filled = true;
        this.followTrends();
        this.paint();
      },
      merged: (items: readonly Observation[]) => {
        this.board.merge(items);
      },
      heard: (message: ServerMessage) => {
        this.hear(message);
      },
    };
    this.link = new Link(address, this.topics(), listener, () => performance.now());
    this.link.start();
    if (this.province !== null) this.readStanding(this.province);
    this.beat();
  }

  /** Show another scene; a page of an old build is loaded anew instead. */
  show(scene: Scene): void {
    if (scene === this.scene) return;
    if (this.outdated || (heapMb() ?? 0) > HEAP_MAX_MB) {
      const address = new URL(window.location.href);
      address.searchParams.set("scene", scene.id);
      window.location.replace(address);
      return;
    }
    const fade = this.still() ? null : crossFadeStage(this.root);
    this.scene = scene;
    this.rotation = turned(this.rotation, performance.now());
    this.explaining.close();
    this.listing = false;
    document.documentElement.dataset["theme"] = this.theme;
    this.paint();
    fade?.();
  }

  /** Choose a scene by its key; a key without a scene opens the list that says so. */
  showByKey(key: string): void {
    const scene = SCENES.find((candidate) => candidate.key === key);
    if (scene !== undefined) this.show(scene);
    else this.listScenes();
  }

  /** Show or hide the list of scenes. */
  listScenes(): void {
    this.listing = !this.listing;
    this.explaining.close();
    this.paint();
  }

  /** Say where the figure of an indicator comes from; null closes whatever lies over the scene. */
  explain(indicator: string | null): void {
    this.listing = false;
    if (indicator === null) this.explaining.close();
    else this.explaining.open(indicator, shownItem(this.context(), indicator)?.id ?? null);
    this.paint();
  }

  /** Turn the events of an explanation over. */
  moreEvents(): void {
    this.explaining.more();
    this.paint();
  }

  /** Hold the scene, or let it go. */
  hold(): void {
    this.held = !this.held;
    this.paint();
  }

  /** Somebody is at the screen: scenes rest. */
  touch(): void {
    this.rotation = touched(this.rotation, performance.now());
  }

  private topics(): readonly string[] {
    const { province } = this;
    return province === null ? [] : [...new Set(SCENES.flatMap((scene) => scene.topics(province)))];
  }

  private hear(message: ServerMessage): void {
    if (message.type === "hello") this.greet(message);
    this.standard.hear(message);
    if (message.type === "heartbeat" && message.serverTime !== null) this.offsetMs = message.serverTime - performance.now();
    if (message.type === "trend") this.trends.set(message.observation, drawnOn(this.trends.get(message.observation), message));
    if (message.type === "change") this.measureLag(Math.max(0, ...message.items.map((item) => item.publishedAt ?? 0)));
  }

  private measureLag(newest: number): void {
    if (newest > 0 && this.offsetMs !== null) this.lagMs = performance.now() + this.offsetMs - newest;
  }

  private greet(hello: ServerMessage & { readonly type: "hello" }): void {
    if (hello.serverTime !== null) this.offsetMs = hello.serverTime - performance.now();
    this.outdated ||= this.build !== null && hello.build !== null && hello.build !== this.build;
    this.build ??= hello.build;
    this.trendTopics = "";
    if (this.settings.theme === null && (hello.screen?.theme === "light" || hello.screen?.theme === "dark")) {
      this.theme = hello.screen.theme;
      if (!this.filled) document.documentElement.dataset["theme"] = this.theme;
    }
    if (this.settings.rotateSeconds === null && this.rotation.everyMs === null)
      this.rotation = startRotation(hello.screen?.rotateSeconds ?? null, performance.now());
    if (this.province === null) this.settle(hello);
  }

  /** Take from the server what the address did not say: province, scene. */
  private settle(hello: ServerMessage & { readonly type: "hello" }): void {
    this.province = provinceCode(hello.screen?.province ?? null) ?? EXAMPLE_PROVINCE;
    this.scene = (this.settings.scene === null ? SCENES.find((scene) => scene.id === hello.screen?.scene) : null) ?? this.scene;
    this.link?.choose(this.topics());
    this.readStanding(this.province);
  }

  private readStanding(province: string): void {
    readStanding(this.base, province, new AbortController().signal).then(
      (standing) => {
        this.standing = standing;
        const classes = Math.max(...["PS-04", "FB-01"].map((id) => thresholdClasses(indicatorOf(standing.catalogue, id)).length));
        this.layout =
          standing.shapes.length === 0
            ? null
            : layOutMap(standing.shapes, standing.surveyed, PICTURE, listSize(standing.places), legendSize(classes));
        this.paint();
      },
      () => undefined,
    );
  }

  /** Ask for the courses of what is shown, when that has changed. */
  private followTrends(): void {
    const context = this.context();
    const topics = [...new Set(SCENES.flatMap((scene) => scene.trends(context)).map((item) => `trend/${item.id}`))].sort();
    if (topics.length === 0 || topics.join() === this.trendTopics) return;
    this.trendTopics = topics.join();
    this.link?.send(subscribeMessage(TRENDS, topics, null));
  }

  /** Once a second, on the second of the server: a page whose clock stands is a dead page. */
  private beat(): void {
    this.followTrendsIfOpen();
    if (this.phase() === "due") this.show(sceneAfter(this.scene));
    else this.paint();
    const now = performance.now() + (this.offsetMs ?? 0);
    setTimeout(
      () => {
        this.beat();
      },
      1000 - (((now % 1000) + 1000) % 1000) + 4,
    );
  }

  private phase(): "standing" | "ahead" | "due" {
    return this.held || this.explaining.now !== null || this.listing ? "standing" : phaseOf(this.rotation, performance.now());
  }

  private still(): boolean {
    return this.settings.still || window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  private followTrendsIfOpen(): void {
    if (this.filled && this.link?.state.phase === "open") this.followTrends();
  }

  private paint(): void {
    const { link } = this;
    if (link === null) return;
    const state = link.state;
    const now = performance.now();
    const common = {
      context: this.context(),
      clockKnown: this.offsetMs !== null,
      lagMs: this.lagMs,
      lostForMs: state.lostAt === null ? null : now - state.lostAt,
      retryInSeconds: retryInSeconds(state, now),
      held: this.held,
      far: this.settings.far !== null,
    };
    const front = { explaining: this.explaining.now, listing: this.listing, ahead: this.phase() === "ahead" };
    const views = [page({ ...common, ...front, scene: this.scene, beside: false })];
    if (isWide() && this.settings.far === null) {
      views.push(
        page({ ...common, scene: sceneAfter(this.scene), beside: true, explaining: null, listing: false, ahead: false }),
      );
    }
    document.title = `${common.context.provinceName}: ${this.scene.title}`;
    document.documentElement.dataset["frames"] = String(views.length);
    paint(this.root, views, this.hooks);
    this.reportPainted(state.position?.seq ?? null, now);
  }

  private reportPainted(seq: number | null, now: number): void {
    if (seq === null || !this.filled || (seq === this.reported.seq && now - this.reported.at < PAINTED_EVERY_MS)) return;
    this.reported = { seq, at: now };
    this.link?.send(paintedMessage(seq, now + (this.offsetMs ?? 0), this.scene.id, this.build, heapMb()));
  }

  private context(): SceneContext {
    const lostAt = this.link?.state.lostAt ?? null;
    const { standing } = this;
    const places = standing?.places ?? [];
    const offset = this.offsetMs ?? Date.now() - performance.now();
    return {
      board: this.board,
      catalogue: standing?.catalogue ?? new Map(),
      province: this.province ?? EXAMPLE_PROVINCE,
      provinceName: standing?.provinceName ?? "\u2013",
      places,
      names: new Map(places.map((place) => [place.unit, place])),
      map: this.layout,
      trends: this.trends,
      now: performance.now() + offset,
      lostAt: lostAt === null ? null : lostAt + offset,
      filled: this.filled,
      waitedMs: performance.now() - this.started,
    };
  }
}
