/** A growing total as it was when today and yesterday began (local time). As Java: BrokerStats. */
export class DayTotals {
  yesterdayMorning = 0;
  todayMorning = 0;
  private day: number;

  constructor(nowMs: number) {
    this.day = dayOf(nowMs);
  }

  note(total: number, nowMs: number): void {
    const day = dayOf(nowMs);
    if (day === this.day) return;
    this.day = day;
    this.yesterdayMorning = this.todayMorning;
    this.todayMorning = total;
  }
}

function dayOf(nowMs: number): number {
  const date = new Date(nowMs);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}
