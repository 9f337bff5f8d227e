/** The wall at work: wires the link, the board and the page together, paints once a second and answers keys. */

import { Cover } from "./cover";
import { ServerClock } from "./live/clock";
import { Followed } from "./live/followed";
import type { ServerMessage } from "./live/messages";
import { Reporting } from "./live/reporting";
import { Link } from "./live/socket";
import { retryInSeconds } from "./live/connection";
import { readStanding, StandardWatch, type Standing } from "./live/standing";
import { drawnOn } from "./live/trends";
import { Board } from "./model/board";
import type { MapLayout } from "./model/maplayout";
import type { Observation } from "./model/observation";
import { phaseOf, startRotation, touched, turned, type Rotation } from "./model/rotation";
import { foundRows, shownItem } from "./covering";
import { SCENES, sceneAfter, FIRST, SHOWN } from "./scenes/all";
import { commune } from "./scenes/commune";
import { layOut } from "./scenes/layout";
import { PATIENCE_MS, type Scene, type SceneContext, type Trend } from "./scenes/context";
import { EXAMPLE_PROVINCE, provinceCode, type Settings } from "./settings";
import { crossFadeStage, motionHooks } from "./view/motion";
import { paint } from "./view/patch";
import { askedTopics, courseTopics, wallTopics } from "./topics";
import { viewsOf } from "./views";
import { isHeapFull, isWide, loadAnew } from "./view/window";

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
  /** What a person has laid over the scene. */
  readonly cover: Cover;
  private rotation: Rotation;
  private held = false;
  private theme: string;
  private filled = false;
  private readonly clock = new ServerClock();
  private build: string | null = null;
  private outdated = false;
  private readonly courses = new Followed("trends", (text) => this.link?.send(text));
  private readonly asked = new Followed("asked", (text) => this.link?.send(text));
  private readonly reporting = new Reporting((text) => this.link?.send(text));
  /** The commune whose scene is shown or was shown last. */
  private unit: string | null;
  private before: Scene = FIRST;

  constructor(
    private readonly root: HTMLElement,
    private readonly base: URL,
    private readonly settings: Settings,
  ) {
    this.province = settings.province;
    this.unit = settings.unit;
    this.scene = SHOWN.find((scene) => scene.id === settings.scene || scene.key === settings.scene) ?? FIRST;
    this.rotation = startRotation(settings.rotateSeconds, performance.now());
    this.cover = new Cover(base, this.paint.bind(this));
    this.hooks = motionHooks(() => this.still());
    this.theme = settings.theme ?? "dark";
    document.documentElement.dataset["theme"] = this.theme;
    if (settings.far !== null) document.documentElement.style.setProperty("--far", String(settings.far / 5));
    if (settings.still) document.documentElement.dataset["motion"] = "none";
  }

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
    if (scene !== this.scene) this.turn(scene);
  }

  private turn(scene: Scene): void {
    if (this.outdated || isHeapFull()) {
      loadAnew(scene.id, this.unit);
      return;
    }
    if (this.scene !== commune) this.before = this.scene;
    const fade = this.still() ? null : crossFadeStage(this.root);
    this.scene = scene;
    this.rotation = turned(this.rotation, performance.now());
    this.cover.clear();
    document.documentElement.dataset["theme"] = this.theme;
    this.followTopics();
    this.paint();
    fade?.();
  }

  /** Show the scene of one commune. */
  openCommune(unit: string): void {
    if (!this.context().names.has(unit)) return;
    this.unit = unit;
    this.turn(commune);
  }

  /** Open the list of communes and let names be typed. */
  find(): void {
    this.cover.find();
    this.root.querySelector<HTMLInputElement>(".finder input")?.focus();
  }

  /** Choose another row of it. */
  choose(by: number): void {
    const { finding } = this.cover;
    if (finding !== null) this.cover.choose(by, foundRows(this.context(), finding).length);
  }

  /** Open the commune of the chosen row. */
  openChosen(): void {
    const { finding } = this.cover;
    const place = finding === null ? undefined : foundRows(this.context(), finding)[finding.chosen];
    if (place !== undefined) this.openCommune(place.unit);
  }

  /** Close what lies over the scene; with nothing there, leave the scene of one commune. */
  back(): void {
    const { there, finding } = this.cover;
    this.cover.clear();
    if (!there && this.scene === commune) this.show(this.before);
    else this.paint();
    if (finding !== null) this.root.querySelector<HTMLElement>("[data-open]")?.focus();
  }

  /** Choose a scene by its key; a key without a scene opens the list that says so. */
  showByKey(key: string): void {
    const scene = SCENES.find((candidate) => candidate.key === key);
    if (scene !== undefined) this.show(scene);
    else this.cover.listScenes();
  }

  /** Say where the figure of an indicator comes from; null closes whatever lies over the scene. */
  explain(indicator: string | null): void {
    this.cover.explain(indicator, indicator === null ? null : (shownItem(this.context(), indicator)?.id ?? null));
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
    return wallTopics(this.province, this.scene === commune ? this.unit : null);
  }

  private followTopics(): void {
    const topics = this.topics();
    if (topics.join() !== this.link?.state.topics.join()) this.link?.choose(topics);
    this.followTrends();
  }

  private hear(message: ServerMessage): void {
    this.clock.hear(message);
    if (message.type === "hello") this.greet(message);
    for (const listener of [this.standard, this.courses, this.asked]) listener.hear(message);
    if (message.type === "trend") this.trends.set(message.observation, drawnOn(this.trends.get(message.observation), message));
  }

  private greet(hello: ServerMessage & { readonly type: "hello" }): void {
    this.outdated ||= this.build !== null && hello.build !== null && hello.build !== this.build;
    this.build ??= hello.build;
    this.courses.forget();
    this.asked.forget();
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
        this.layout = layOut(standing, this.settings.bezel);
        this.paint();
      },
      () => undefined,
    );
  }

  /** Ask for the courses of what is shown, when that has changed. */
  private followTrends(): void {
    if (!this.filled || this.link?.state.phase !== "open") return;
    const topics = courseTopics(this.context());
    if (topics.length > 0) this.courses.follow(topics);
    this.asked.follow(askedTopics(this.scene, this.province, this.unit));
  }

  /** Once a second, on the second of the server: a page whose clock stands is a dead page. */
  private beat(): void {
    this.followTrends();
    if (this.phase() === "due") this.show(sceneAfter(this.scene));
    else this.paint();
    const { now } = this.clock;
    setTimeout(
      () => {
        this.beat();
      },
      1000 - (((now % 1000) + 1000) % 1000) + 4,
    );
  }

  private phase(): "standing" | "ahead" | "due" {
    return this.held || this.cover.there || this.scene === commune ? "standing" : phaseOf(this.rotation, performance.now());
  }

  private still(): boolean {
    return this.settings.still || window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  private paint(): void {
    const { link } = this;
    if (link === null) return;
    const state = link.state;
    const now = performance.now();
    const context = this.context();
    const front = {
      ...{ context, scene: this.scene, ...this.cover.shown, ahead: this.phase() === "ahead" },
      clockKnown: this.clock.known,
      lagMs: this.clock.lagMs,
      lostForMs: state.lostAt === null ? null : now - state.lostAt,
      retryInSeconds: retryInSeconds(state, now),
      held: this.held,
      far: this.settings.far !== null,
      bezel: this.settings.bezel,
    };
    const views = viewsOf(front, isWide());
    document.title = `${context.provinceName}: ${this.scene.heading?.(context) ?? this.scene.title}`;
    document.documentElement.dataset["frames"] = String(views.length);
    paint(this.root, views, this.hooks);
    const seq = state.position?.seq ?? null;
    if (seq !== null && this.filled) this.reporting.painted(seq, now, now + this.clock.offset, this.scene.id, this.build);
  }

  private context(): SceneContext {
    const lostAt = this.link?.state.lostAt ?? null;
    const [standing, waitedMs] = [this.standing, performance.now() - this.started];
    const places = standing?.places ?? [];
    return {
      board: this.board,
      catalogue: standing?.catalogue ?? new Map(),
      province: this.province ?? EXAMPLE_PROVINCE,
      provinceName: standing?.provinceName ?? "\u2013",
      places,
      names: new Map(places.map((place) => [place.unit, place])),
      procedures: standing?.procedures ?? new Map(),
      unit: this.scene === commune ? this.unit : null,
      map: this.layout,
      trends: this.trends,
      now: this.clock.now,
      lostAt: lostAt === null ? null : lostAt + this.clock.offset,
      filled: this.filled && (standing !== null || waitedMs > PATIENCE_MS),
      waitedMs,
    };
  }
}
