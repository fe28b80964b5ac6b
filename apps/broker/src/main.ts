#!/usr/bin/env node
import { runBroker } from './broker-app.js';

const { env, stdout, stderr } = process;
runBroker({ argv: process.argv.slice(2), env, stdout, stderr, signals: process }).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(70);
  },
);
