#!/usr/bin/env node
import { runNamesrv } from './namesrv-app.js';

const { env, stdout, stderr } = process;
runNamesrv({ argv: process.argv.slice(2), env, stdout, stderr, signals: process }).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(70);
  },
);
