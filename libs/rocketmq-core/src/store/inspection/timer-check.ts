import { readUnit, isBlankUnit, outMsOf, UNIT_SIZE, type TimerUnit } from '../timer/log-layout.js';
import { decodeTimerCheckpoint } from '../timer/timer-checkpoint-file.js';
import { isEmptySlot, readSlot, SLOT_SIZE } from '../timer/wheel-layout.js';
import type { FileReader } from './file-reader.js';
import type { Report } from './finding.js';
import type { LogView } from './log-view.js';
import { RowView } from './row-view.js';

/** Units of a timer log in their order, and where they end. */
export function* timerUnits(row: RowView): Generator<{ readonly unit: TimerUnit; readonly at: number }, number> {
  for (let at = row.begin; at < row.end;) {
    const fileEnd = at - (at % row.fileSize) + row.fileSize;
    const bytes = row.peek(at, Math.min(UNIT_SIZE, fileEnd - at));
    const unit = readUnit(bytes, 0);
    if (unit !== undefined) yield { unit, at };
    else if (!isBlankUnit(bytes, 0)) return at;
    at = unit === undefined ? fileEnd : at + UNIT_SIZE;
  }
  return row.end;
}

export interface TimerCheckOptions {
  readonly reader: FileReader;
  readonly root: string;
  readonly log: LogView;
  readonly precisionMs: number;
  readonly report: Report;
}

/** Timer log, wheel and checkpoint. @returns units looked at */
export function checkTimer({ reader, root, log, precisionMs, report }: TimerCheckOptions): number {
  const row = new RowView(reader, `${root}/timerlog`, report);
  const tickOf = (unit: TimerUnit) => Math.floor(outMsOf(unit) / precisionMs);
  const reportAt = (at: number, problem: string) => {
    const { path, position } = row.locate(at);
    report(path, position, problem);
  };
  const unitAt = (at: number) => (at < row.begin ? undefined : readUnit(Buffer.from(row.peek(at, UNIT_SIZE)), 0));

  let count = 0;
  const walk = timerUnits(row);
  let step = walk.next();
  for (; step.done !== true; step = walk.next()) {
    const { unit, at } = step.value;
    count += 1;
    const problem = unitProblem(unit, at, log);
    if (problem !== undefined) reportAt(at, problem);
    const previous = unit.prevPosition >= row.begin ? unitAt(unit.prevPosition) : unit;
    if (previous === undefined || tickOf(previous) !== tickOf(unit)) reportAt(at + 4, 'it links to a unit of another time');
  }
  const end = step.value;
  const used = row.firstUsed(end);
  if (used !== undefined) reportAt(used, `bytes behind the end of the timer log, which is ${end}`);
  checkWheel(
    reader,
    `${root}/timerwheel`,
    (tick, first, last) => {
      if (last >= end || first > last) return `leads to ${first} up to ${last}, the timer log ends at ${end}`;
      const unit = last < row.begin ? undefined : unitAt(last);
      return last >= row.begin && (unit === undefined || tickOf(unit) !== tick)
        ? `leads to ${last}, where no unit of its time is`
        : undefined;
    },
    report,
  );
  checkProgress(reader, `${root}/config/timercheck`, end, report);
  return count;
}

function unitProblem(unit: TimerUnit, at: number, log: LogView): string | undefined {
  if (unit.prevPosition >= at) return `it links forward, to ${unit.prevPosition}`;
  if (unit.physicalOffset < log.row.begin) return undefined;
  const record = log.recordAt(unit.physicalOffset);
  return record?.size === unit.size ? undefined : `it leads to ${unit.physicalOffset}, where no message of its size is`;
}

type SlotProblem = (tick: number, first: number, last: number) => string | undefined;

function checkWheel(reader: FileReader, path: string, problemOf: SlotProblem, report: Report): void {
  const size = reader.sizeOf(path);
  if (size % SLOT_SIZE !== 0) report(path, size, `${size} bytes are no whole number of slots`);
  const slotCount = Math.floor(size / SLOT_SIZE);
  for (let index = 0; index < slotCount; index += 1) {
    const bytes = reader.peek(path, index * SLOT_SIZE, SLOT_SIZE);
    if (isEmptySlot(bytes, 0)) continue;
    const { tick, firstPosition, lastPosition } = readSlot(bytes, 0);
    const problem =
      tick % slotCount === index ? problemOf(tick, firstPosition, lastPosition) : `holds tick ${tick}, which belongs elsewhere`;
    if (problem !== undefined) report(path, index * SLOT_SIZE, `slot ${index} ${problem}`);
  }
}

function checkProgress(reader: FileReader, path: string, end: number, report: Report): void {
  if (!reader.files.existsSync(path)) return;
  const { logFlushedPosition } = decodeTimerCheckpoint(reader.read(path, 0, 56));
  if (logFlushedPosition > end) report(path, 8, `it claims a timer log up to ${logFlushedPosition}, there is one up to ${end}`);
}
