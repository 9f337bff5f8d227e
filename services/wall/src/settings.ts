/** What the address of the page asks for. */

export interface Settings {
  /** Code of the province, null when the server is to say. */
  readonly province: string | null;
  readonly scene: string | null;
  readonly theme: "dark" | "light" | null;
  /** Whether nothing may move. */
  readonly still: boolean;
  /** Seconds between scenes, null when they do not change by themselves or the server is to say. */
  readonly rotateSeconds: number | null;
  /** Viewing distance by picture height in the far profile, null in the near one. */
  readonly far: number | null;
  /** The commune that the scene of one commune shows, as `C:11953`. */
  readonly unit: string | null;
  /** Panels that the wall is made of, null for one: no text stands across a bezel. */
  readonly bezel: Bezel | null;
}

export type Bezel = "2x2" | "3x3";

/** Up to here the sizes of the near profile can be read. */
const NEAR = 5;
const FAR_DEFAULT = 7;
/** Beyond it not even four figures fit: a larger screen is the better answer. */
const FAR_MAX = 8.8;

/** The province that is shown when neither the address nor the server names one: that of the example feed. */
export const EXAMPLE_PROVINCE = "33";

/** Read `?province=33&scene=overview&theme=light&motion=none&rotate=60&profile=far&distance=7&unit=C:11953&bezel=2x2`; what is not understood is left out. */
export function readSettings(query: URLSearchParams): Settings {
  const province = provinceCode(query.get("province"));
  const theme = query.get("theme");
  return {
    province,
    scene: query.get("scene"),
    theme: theme === "light" || theme === "dark" ? theme : null,
    unit: /^C:\d{5}$/.exec(query.get("unit") ?? "")?.[0] ?? null,
    bezel: bezelOf(query.get("bezel")),
    still: query.get("motion") === "none",
    rotateSeconds: positive(query.get("rotate")),
    far:
      query.get("profile") === "far" ? Math.min(FAR_MAX, Math.max(NEAR, positive(query.get("distance")) ?? FAR_DEFAULT)) : null,
  };
}

function bezelOf(text: string | null): Bezel | null {
  return text === "2x2" || text === "3x3" ? text : null;
}

function positive(text: string | null): number | null {
  const number = Number(text ?? "");
  return Number.isFinite(number) && number > 0 ? number : null;
}

/** Two digits, with or without `P:`; null for anything else. */
export function provinceCode(text: string | null): string | null {
  return /^(?:P:)?(\d{2})$/.exec(text ?? "")?.[1] ?? null;
}
