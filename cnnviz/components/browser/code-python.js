/** Python told apart for the eye: keywords, names, strings, numbers, comments. It reads what we write, and never runs it. */

const KEYWORDS = new Set(("False None True and as assert async await break class continue def del elif else except finally for from"
  + " global if import in is lambda nonlocal not or pass raise return try while with yield").split(" "));

/** In this order: a quote inside a comment begins no string, a digit inside a name is no number. */
const TOKENS = new RegExp([
  /(?<comment>#[^\n]*)/,
  /(?<string>(?:\b[rbfuRBFU]{1,2})?(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
  /(?<number>\b(?:0[xX][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?)j?)/,
  /(?<word>[A-Za-z_]\w*)/,
].map((part) => part.source).join("|"), "g");

/**
 * @typedef {"comment" | "string" | "digit" | "keyword" | "defined" | "self" | ""} Kind
 * @typedef {{text: string, kind: Kind}} Token
 */

/**
 * The lines of a Python text, each as its tokens; together they are the text.
 * @param {string} text
 * @returns {Token[][]}
 */
export function highlight(text) {
  /** @type {Token[][]} */
  const lines = [[]];
  const add = (/** @type {string} */ piece, /** @type {Kind} */ kind) => piece.split("\n").forEach((part, i) => {
    if (i) lines.push([]);
    if (part) lines[lines.length - 1].push({ text: part, kind });
  });
  let end = 0;
  let before = "";
  for (const match of text.matchAll(TOKENS)) {
    add(text.slice(end, match.index), "");
    add(match[0], kindOf(match, before));
    before = match[0];
    end = match.index + match[0].length;
  }
  add(text.slice(end), "");
  return lines;
}

/** @param {RegExpMatchArray} match @param {string} before the token before it @returns {Kind} */
function kindOf(match, before) {
  const { comment, number, word } = /** @type {Record<string, string | undefined>} */ (match.groups);
  if (comment !== undefined) return "comment";
  if (number !== undefined) return "digit";
  if (word === undefined) return "string";
  if (KEYWORDS.has(word)) return "keyword";
  if (before === "def" || before === "class") return "defined";
  return word === "self" ? "self" : "";
}
