import { DueTimes } from './due-times.js';

describe('times at which messages are due', () => {
  it('finds what comes early, or has not waited', () => {
    const times = new DueTimes();
    times.isDelivered('in time', 1000);
    times.isDue('in time', 1000);
    times.isDue('early', 1000);
    times.isDelivered('early', 1500);
    times.isDelivered('early', 999);
    times.isDelivered('at once', 1);
    expect(times.early()).toEqual(['early', 'at once']);
  });

  it('knows how late the latest came first', () => {
    const times = new DueTimes();
    times.isDue('a', 1000);
    times.isDelivered('a', 1300);
    times.isDelivered('a', 9000);
    expect([times.latestMs(), times.early()]).toEqual([300, []]);
  });
});
