import { ConnectionStatus, type ConnectionState } from './connection-status.js';

function create() {
  const status = new ConnectionStatus();
  const states: ConnectionState[] = [];
  status.changes.subscribe((state) => states.push(state));
  return { status, states };
}

describe('ConnectionStatus', () => {
  it('shows the worst of what its brokers and its groups say, while it is connected', () => {
    const { status, states } = create();
    status.become('connecting');
    status.moves('a', true);
    status.become('connected');
    status.moves('b', true);
    status.moves('a', false);
    status.reaches('reconnecting');
    status.moves('b', false);
    status.reaches('disconnected');
    status.reaches('connected');
    expect(status.hasStarted).toBe(true);
    status.become('draining');
    status.reaches('disconnected');
    status.become('stopped');
    expect(states).toEqual([
      ...(['created', 'connecting', 'rebalancing', 'reconnecting', 'disconnected', 'connected', 'draining', 'stopped'] as const),
    ]);
    expect(status.hasStarted).toBe(false);
  });
});
