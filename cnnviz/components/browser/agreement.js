/**
 * What the browser and Python both know, such as a pinned cell: each may change it, and an answer to an older
 * message must not undo a newer one.
 */
export class Agreement {
  /** @param {unknown} start what both know at first */
  constructor(start) {
    this.told = this.sent = JSON.stringify(start);
  }

  /** Whether what Python says is news: neither what it said last nor an echo of what was sent. @param {unknown} value */
  news(value) {
    const told = JSON.stringify(value);
    const news = told !== this.told && told !== this.sent;
    // What was sent is settled by its answer, or by any other word of Python's: later the same may be news again.
    if (news || told === this.sent) this.sent = undefined;
    this.told = told;
    return news;
  }

  /** Note what is sent now; false if Python knows it already. @param {unknown} value */
  send(value) {
    const sent = JSON.stringify(value);
    if (sent === (this.sent ?? this.told)) return false;
    this.sent = sent;
    return true;
  }
}
