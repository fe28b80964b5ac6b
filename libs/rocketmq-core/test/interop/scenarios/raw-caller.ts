import { TestClient } from '../../broker/broker-fixture.js';
import type { ScenarioWorld } from './frame.js';

/** Says to the broker what neither client would say, on a connection of its own. */
export function rawCaller({ brokerAddress, named, onEnd }: ScenarioWorld): TestClient {
  const caller = new TestClient(() => brokerAddress, named('raw-caller'));
  onEnd(() => caller.close());
  return caller;
}
