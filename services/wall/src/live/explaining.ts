/** Asks the server where a figure is from, one page of events at a time; an answer to an earlier question is dropped. */

import { readExplanation, type Explanation } from "../model/explanation";

const DEADLINE_MS = 10_000;

/** What is known of the figure that is being explained. */
export interface Explained {
  readonly indicator: string;
  /** Null while the answer is on its way, and when the server has none: then the observation speaks for itself. */
  readonly answer: Explanation | null;
  readonly waiting: boolean;
  readonly page: number;
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
    this.now = { indicator, answer: null, waiting: observation !== null, page: 1 };
    this.ask(null);
  }

  /** Ask for the next page of events, if there is one. */
  more(): void {
    const { now } = this;
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
      const page = this.now.page + (cursor !== null && answer !== null ? 1 : 0);
      this.now = { ...this.now, answer: answer ?? this.now.answer, waiting: false, page };
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
