// Words of a note as they stand in a text: blanks, breaks of lines and what stands between them may differ.

/** What finds the words, however they are parted. */
export function pattern(words) {
  const parts = words.trim().split(/\s+/).map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join("[\\s\ufffc]+"));
}
