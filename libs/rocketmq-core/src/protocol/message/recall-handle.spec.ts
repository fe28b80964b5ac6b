import { decodeRecallHandle, encodeRecallHandle } from './recall-handle.js';

describe('recall handle', () => {
  const handle = { topic: 'TopicTest', brokerName: 'broker-a', time: '1700000000001', messageId: '7F00000100002A139A55' };
  // Base64.getUrlEncoder() of the text in Java.
  const text = 'djEgVG9waWNUZXN0IGJyb2tlci1hIDE3MDAwMDAwMDAwMDEgN0YwMDAwMDEwMDAwMkExMzlBNTU=';

  it('is written as Java writes it and read back', () => {
    expect(encodeRecallHandle(handle)).toBe(text);
    expect(decodeRecallHandle(text)).toEqual(handle);
    expect(decodeRecallHandle(text.replace(/=/g, ''))).toEqual(handle);
  });

  it.each([
    '',
    'x y',
    '====',
    Buffer.from('v2 a b c d').toString('base64url'),
    Buffer.from('v1 a b c').toString('base64url'),
    'A'.repeat(4096),
  ])('is not %j', (bad) => {
    expect(decodeRecallHandle(bad)).toBeUndefined();
  });
});
