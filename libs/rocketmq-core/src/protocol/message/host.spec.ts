import { formatHost, formatIp, parseHost, parseIp } from './host.js';

describe('host', () => {
  it.each([
    ['127.0.0.1', '7f000001'],
    ['255.255.255.255', 'ffffffff'],
    ['::1', '00000000000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['2001:db8::8:800:200c:417a', '20010db80000000000080800200c417a'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:10.0.0.1', '0a000001'],
    ['64:ff9b::10.0.0.1', '0064ff9b00000000000000000a000001'],
  ])('reads %s', (text, hex) => {
    expect(parseIp(text)?.toString('hex')).toBe(hex);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    'host',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    'g::1',
    '::1.2.3',
    '12345::',
  ])('refuses %j', (text) => {
    expect(parseIp(text)).toBeUndefined();
  });

  it('reads and prints addresses with ports', () => {
    expect(parseHost('10.0.0.1:10911')).toEqual({ ip: Buffer.from([10, 0, 0, 1]), port: 10911 });
    expect(formatHost({ ip: Buffer.from([10, 0, 0, 1]), port: 1 })).toBe('10.0.0.1:1');
    const v6 = parseHost('[::1]:9876');
    expect(v6 && formatHost(v6)).toBe('[0:0:0:0:0:0:0:1]:9876');
    expect(parseHost('0:0:0:0:0:0:0:1:9876')).toEqual(v6);
    expect(formatIp(Buffer.from('20010db8000000000000000000000a00', 'hex'))).toBe('2001:db8:0:0:0:0:0:a00');
    for (const text of ['', '10.0.0.1', '10.0.0.1:', '10.0.0.1:65536', '10.0.0.1:-1', 'host:1']) expect(parseHost(text)).toBeUndefined();
  });
});
