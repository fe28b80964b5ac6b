import { RateWindow } from './rate-window.js';
import { SAMPLE_PERIOD_MS } from './stats-item.js';
import { StatsTable } from './stats-table.js';

describe('StatsTable', () => {
  it('shows what came in by topic as sum, rate and mean', () => {
    let nowMs = 0;
    const stats = new StatsTable('C', () => nowMs);
    stats.countPut('T', 30, 3000);
    stats.countPut('T', 10, 1000);
    stats.sample((nowMs += SAMPLE_PERIOD_MS));
    expect(stats.view('TOPIC_PUT_NUMS', 'T')?.minute).toEqual({ sum: 40, tps: 4, avgpt: 20 });
    expect(stats.view('TOPIC_PUT_SIZE', 'T')?.minute.sum).toBe(4000);
    expect(stats.view('BROKER_PUT_NUMS', 'C')?.minute.sum).toBe(40);
    expect(stats.view('TOPIC_PUT_NUMS', 'other')).toBeUndefined();
    expect(stats.view('NO_SUCH_NAME', 'T')).toBeUndefined();
    expect(stats.putPerSecond('T')).toBe(4);
    expect(stats.putTotal).toBe(40);
  });

  it('lets the minute slide', () => {
    let nowMs = 0;
    const stats = new StatsTable('C', () => nowMs);
    stats.countPut('T', 600, 1);
    for (let i = 0; i < 7; i++) stats.sample((nowMs += SAMPLE_PERIOD_MS));
    expect(stats.putPerSecond('T')).toBe(0);
    expect(stats.putTotal).toBe(600);
  });

  it('counts what groups send back, and what dies', () => {
    let nowMs = 0;
    const stats = new StatsTable('C', () => nowMs);
    stats.countSendBack('G', 'T');
    stats.countSendBack('G', 'T');
    stats.countDeadLetter('G', 'T');
    stats.sample((nowMs += SAMPLE_PERIOD_MS));
    expect(stats.view('SNDBCK_PUT_NUMS', 'T@G')?.minute.sum).toBe(2);
    expect(stats.view('SNDBCK_PUT_NUMS', 'T@other')).toBeUndefined();
    expect([...stats.deadLetterCounts()]).toEqual([{ group: 'G', topic: 'T', messages: 1 }]);
    stats.removeGroup('G');
    expect([stats.view('SNDBCK_PUT_NUMS', 'T@G'), [...stats.deadLetterCounts()]]).toEqual([undefined, []]);
  });

  it('counts deliveries by topic and group, the key Java uses', () => {
    let nowMs = 0;
    const stats = new StatsTable('C', () => nowMs);
    stats.countGet('G', 'T', { messages: 20, bytes: 200 });
    stats.sample((nowMs += SAMPLE_PERIOD_MS));
    expect(stats.view('GROUP_GET_NUMS', 'T@G')?.minute.sum).toBe(20);
    expect(stats.view('GROUP_GET_SIZE', 'T@G')?.minute.sum).toBe(200);
    expect(stats.getPerSecond('G', 'T')).toBe(2);
    stats.removeTopic('T');
    expect(stats.view('GROUP_GET_NUMS', 'T@G')).toBeUndefined();
  });
});

describe('RateWindow', () => {
  it('is 0 before the second sample and then the rate over what there is', () => {
    const rate = new RateWindow(3);
    expect(rate.perSecond(2)).toBe(0);
    rate.sample(0, 0);
    expect(rate.perSecond(2)).toBe(0);
    rate.sample(10, 1000);
    expect(rate.perSecond(600)).toBe(10);
  });

  it('looks back no further than asked', () => {
    const rate = new RateWindow(3);
    [0, 100, 100, 100, 130].forEach((total, second) => rate.sample(total, second * 1000));
    expect(rate.perSecond(1)).toBe(30);
    expect(rate.perSecond(3)).toBe(10);
  });
});
