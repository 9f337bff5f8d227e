/** What a person has laid over the scene: at most one of the origin of a figure, the list of scenes, the list of communes. */

import { Explaining, type Explained } from "./live/explaining";
import { BEGIN, moved, type Finding } from "./model/finding";

export class Cover {
  readonly explaining: Explaining;
  listing = false;
  finding: Finding | null = null;

  constructor(
    base: URL,
    private readonly changed: () => void,
  ) {
    this.explaining = new Explaining(base, changed);
  }

  /** Whether anything lies over the scene. */
  get there(): boolean {
    return this.explaining.now !== null || this.listing || this.finding !== null;
  }

  /** What the page has to show of it. */
  get shown(): { readonly explaining: Explained | null; readonly listing: boolean; readonly finding: Finding | null } {
    return { explaining: this.explaining.now, listing: this.listing, finding: this.finding };
  }

  /** Take away what is there; whoever calls paints. */
  clear(): void {
    this.explaining.close();
    this.listing = false;
    this.finding = null;
  }

  /** Show or hide the list of scenes. */
  listScenes(): void {
    const listing = !this.listing;
    this.clear();
    this.listing = listing;
    this.changed();
  }

  /** Say where the figure of an indicator comes from; null only clears. */
  explain(indicator: string | null, observation: string | null): void {
    this.clear();
    if (indicator !== null) this.explaining.open(indicator, observation);
    this.changed();
  }

  /** Turn the events of an explanation over. */
  moreEvents(): void {
    this.explaining.more();
    this.changed();
  }

  /** Open the list of communes. */
  find(): void {
    this.clear();
    this.finding = BEGIN;
    this.changed();
  }

  /** Look for another name in it. */
  look(text: string): void {
    if (this.finding === null) return;
    this.finding = { text, chosen: 0 };
    this.changed();
  }

  /** Choose another of its rows. */
  choose(by: number, rows: number): void {
    if (this.finding === null) return;
    this.finding = moved(this.finding, by, rows);
    this.changed();
  }
}
