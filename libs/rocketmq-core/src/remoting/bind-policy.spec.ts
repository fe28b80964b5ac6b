import { bindProblem } from './bind-policy.js';

describe('bindProblem', () => {
  it.each(['127.0.0.1', '127.8.0.1', '::1', 'localhost', '::ffff:127.0.0.1'])('lets %s be', (bindAddress) => {
    expect(bindProblem({ bindAddress, allowAnonymous: false })).toBeUndefined();
  });

  it.each(['0.0.0.0', '::', '192.168.1.7', 'broker.example', '127.0.0.1.example', ''])('refuses %s with the line to add', (bindAddress) => {
    expect(bindProblem({ bindAddress, allowAnonymous: false })).toMatch(/bindAddress=.*allowAnonymous=true$/);
    expect(bindProblem({ bindAddress, allowAnonymous: true })).toBeUndefined();
    expect(bindProblem({ bindAddress, allowAnonymous: false, authenticated: true })).toBeUndefined();
  });
});
