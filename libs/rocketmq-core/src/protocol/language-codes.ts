/** The languages a peer can name, by their number in the binary header. As Java: LanguageCode. */
export const LanguageCode = {
  JAVA: 0,
  CPP: 1,
  DOTNET: 2,
  PYTHON: 3,
  DELPHI: 4,
  ERLANG: 5,
  RUBY: 6,
  OTHER: 7,
  HTTP: 8,
  GO: 9,
  PHP: 10,
  OMS: 11,
  RUST: 12,
  NODE_JS: 13,
} as const;

export type LanguageName = keyof typeof LanguageCode;

const names = Object.keys(LanguageCode) as LanguageName[];
const byName: ReadonlyMap<string, LanguageName> = new Map(names.map((name) => [name, name]));
const byCode: ReadonlyMap<number, LanguageName> = new Map(names.map((name) => [LanguageCode[name], name]));

/** @returns undefined for a name that Java does not know either */
export const languageNamed = (name: string): LanguageName | undefined => byName.get(name);
/** @returns undefined for a number that Java does not know either */
export const languageNumbered = (code: number): LanguageName | undefined => byCode.get(code);
