import { isCorruption, isOperationFailed, isRequestRejected, OperationFailed, RequestRejected } from './errors.js';

describe('error families', () => {
  it('are told apart by their brand, also across copies of the package', () => {
    const foreign = { [Symbol.for('rocketmq-core.error-family')]: 'rejected', code: 1, remark: 'x' };
    expect(isRequestRejected(foreign)).toBe(true);
    expect(isRequestRejected(new RequestRejected(17, 'no topic'))).toBe(true);
    expect(isCorruption(new RequestRejected(17, 'no topic'))).toBe(false);
    expect(isOperationFailed(undefined)).toBe(false);
  });

  it('say whether trying again may help', () => {
    expect(new OperationFailed('timeout', 'late').retriable).toBe(true);
    expect(new OperationFailed('closed', 'gone').retriable).toBe(false);
    expect(new OperationFailed('io', 'EIO', { retriable: true }).retriable).toBe(true);
  });
});
