/** Asks the server where a figure is from, one page of events at a time; an answer to an earlier question is dropped. */

import { readExplanation, type Explanation } from "../model/explanation";

/** Events that fit on the screen. */
export const EVENTS_SHOWN = 8;
const DEADLINE_MS = 10_000;

/** What is known of the figure that is being explained. */
export interface Explained {
  readonly indicator: string;
  /** Null while the answer is on its way, and when the server has none: then the observation speaks for itself. */
  readonly answer: Explanation | null;
  readonly waiting: boolean;
  readonly page: number;
  /** Events of the answer that earlier pages have shown: a page of the server may be longer than the screen. */
  readonly skip: number;
}

export class Explaining {
  now: Explained | null = null;
  private observation: string | null = null;
  private question = 0;

  constructor(
    private readonly base: URL,
    private readonly changed: () => void,
  ) {}

  /** Begin with a figure; without an observation there is nothing to ask. */
  open(indicator: string, observation: string | null): void {
    this.observation = observation;
    this.now = { indicator, answer: null, waiting: observation !== null, page: 1, skip: 0 };
    this.ask(null);
  }

  /** Ask for the next page of events, if there is one. */
  more(): void {
    const { now } = this;
    if (now !== null && now.skip + EVENTS_SHOWN < (now.answer?.events?.items.length ?? 0)) {
      this.now = { ...now, skip: now.skip + EVENTS_SHOWN, page: now.page + 1 };
      return;
    }
    const next = now?.answer?.events?.next ?? null;
    if (now === null || next === null || now.waiting) return;
    this.now = { ...now, waiting: true };
    this.ask(next);
  }

  close(): void {
    this.question += 1;
    this.now = null;
  }

  private ask(cursor: string | null): void {
    const { observation } = this;
    if (observation === null) return;
    this.question += 1;
    const mine = this.question;
    const address = new URL(`observations/${encodeURIComponent(observation)}/explain`, this.base);
    if (cursor !== null) address.searchParams.set("cursor", cursor);
    const settle = (answer: Explanation | null): void => {
      if (mine !== this.question || this.now === null) return;
      const turned = cursor !== null && answer !== null;
      const { page, skip } = this.now;
      const place = { page: turned ? page + 1 : page, skip: turned ? 0 : skip };
      this.now = { ...this.now, ...place, answer: answer ?? this.now.answer, waiting: false };
      this.changed();
    };
    read(address).then(settle, () => {
      settle(null);
    });
  }
}

async function read(address: URL): Promise<Explanation | null> {
  const response = await fetch(address, { signal: AbortSignal.timeout(DEADLINE_MS), headers: { accept: "application/json" } });
  return response.ok ? readExplanation(await response.json()) : null;
}
