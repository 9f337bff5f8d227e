/** What the address of the page asks for. */

export interface Settings {
  /** Code of the province, null when the server is to say. */
  readonly province: string | null;
  readonly scene: string | null;
  readonly theme: "dark" | "light" | null;
  /** Whether nothing may move. */
  readonly still: boolean;
}

/** The province that is shown when neither the address nor the server names one: that of the example feed. */
export const EXAMPLE_PROVINCE = "33";

/** Read `?province=33&scene=overview&theme=light&motion=none`; what is not understood is left out. */
export function readSettings(query: URLSearchParams): Settings {
  const province = provinceCode(query.get("province"));
  const theme = query.get("theme");
  return {
    province,
    scene: query.get("scene"),
    theme: theme === "light" || theme === "dark" ? theme : null,
    still: query.get("motion") === "none",
  };
}

/** Two digits, with or without `P:`; null for anything else. */
export function provinceCode(text: string | null): string | null {
  return /^(?:P:)?(\d{2})$/.exec(text ?? "")?.[1] ?? null;
}
