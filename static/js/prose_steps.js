// From one text to another by what differs, so that it can be undone.

/** Steps from one text to the next as they would have been typed, so that they can be undone. */
export function replay(t, editor, docs) {
  for (const doc of docs) {
    const { state } = editor;
    const next = state.schema.nodeFromJSON(doc);
    const tr = difference(state, next);
    if (!tr) continue;
    editor.view.dispatch(t.pm.history.closeHistory(tr));
  }
}

/** What makes one text of another, and nothing where they are the same. */
export function difference(state, next) {
  const start = state.doc.content.findDiffStart(next.content);
  if (start === null) return null;
  let { a, b } = state.doc.content.findDiffEnd(next.content);
  const overlap = start - Math.min(a, b);
  if (overlap > 0) [a, b] = [a + overlap, b + overlap];
  return state.tr.replace(start, a, next.slice(start, b));
}
