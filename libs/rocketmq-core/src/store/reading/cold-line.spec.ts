import { ColdLine } from './cold-line.js';

function lineOf({ openOffset = 0, memorySize = 1000 } = {}) {
  const log = { written: openOffset, openOffset };
  return { log, line: new ColdLine({ log, memorySize: () => memorySize }) };
}

describe('ColdLine', () => {
  it('lies where the store was opened, until the memory reaches no further back', () => {
    const { log, line } = lineOf({ openOffset: 500 });
    log.written = 1500;
    expect(line.physicalOffset).toBe(500);
    log.written = 1501;
    expect(line.physicalOffset).toBe(501);
  });

  it('moves up to what a read has had to wait for, and never back', () => {
    const { log, line } = lineOf();
    log.written = 900;
    line.took(19, 400);
    expect(line.physicalOffset).toBe(0);
    line.took(21, 300);
    line.took(21, 200);
    expect(line.physicalOffset).toBe(300);
    log.written = 1400;
    expect(line.physicalOffset).toBe(400);
  });

  it('takes what was written since the start for recent while the memory holds all of it', () => {
    const { log, line } = lineOf({ openOffset: 500 });
    const queue = { openOffset: 7 };
    log.written = 1500;
    expect(line.isRecent(queue, 6)).toBe(false);
    expect(line.isRecent(queue, 7)).toBe(true);
  });

  it('knows later the entries that lead to recent records', () => {
    const { log, line } = lineOf();
    const queue = { openOffset: 0 };
    log.written = 2000;
    expect(line.isRecent(queue, 50)).toBe(false);
    line.note(queue, 40, 999);
    expect(line.isRecent(queue, 50)).toBe(false);
    line.note(queue, 50, 1100);
    expect([49, 50, 51].map((offset) => line.isRecent(queue, offset))).toEqual([false, true, true]);
    line.note(queue, 45, 1050);
    line.note(queue, 60, 1300);
    expect([44, 45].map((offset) => line.isRecent(queue, offset))).toEqual([false, true]);
    expect(line.isRecent({ openOffset: 0 }, 50)).toBe(false);
  });

  it('forgets them when the log has gone on', () => {
    const { log, line } = lineOf();
    const queue = { openOffset: 0 };
    log.written = 2000;
    line.note(queue, 50, 1100);
    log.written = 2101;
    expect(line.isRecent(queue, 50)).toBe(false);
    line.note(queue, 70, 1500);
    expect(line.isRecent(queue, 70)).toBe(true);
  });
});
