import { defaultsOf } from '../base/index.js';
import { managementProblem, managementSettings } from './management-settings.js';

describe('managementProblem', () => {
  const loopback = { ...defaultsOf(managementSettings(10_915)), allowAnonymous: false };
  const open = { ...loopback, managementAddress: '0.0.0.0' };

  it('lets the loopback address pass', () => {
    expect(managementProblem(loopback)).toBeUndefined();
    expect(managementProblem({ ...loopback, managementAddress: '::1' })).toBeUndefined();
  });

  it('names the key and the line to add for an address that others reach', () => {
    expect(managementProblem(open)).toMatch(/^managementAddress=0\.0\.0\.0 .*allowAnonymous=true$/);
  });

  it('does not mind when it was accepted or nothing listens', () => {
    expect(managementProblem({ ...open, allowAnonymous: true })).toBeUndefined();
    expect(managementProblem({ ...open, managementPort: -1 })).toBeUndefined();
  });
});
