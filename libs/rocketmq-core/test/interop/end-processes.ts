import { JavaProcess } from '../../testing/java-process.js';

// Runs after the hooks of the spec file. What is left by then would outlive the run and keep its port.
afterAll(async () => {
  expect(await JavaProcess.killAll()).toEqual([]);
});
