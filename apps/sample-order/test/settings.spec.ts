import { readSettings } from '../src/settings.js';

describe('settings', () => {
  it('have defaults', () => {
    expect(readSettings({})).toEqual({
      HTTP_PORT: 3000,
      HTTP_HOST: '127.0.0.1',
      NAMESRV_PORT: 9876,
      BROKER_PORT: 10911,
      DATA_DIR: './data',
      PAYMENT_TIMEOUT_S: 1800,
    });
  });

  it('are refused in one message that names each of them', () => {
    expect(() => readSettings({ HTTP_PORT: 'http', DATABASE_URL: 'mysql://x' })).toThrow(/HTTP_PORT[\s\S]*DATABASE_URL/);
  });
});
