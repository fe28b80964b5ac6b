// Builds the CommonJS form of each library into `dist/cjs`, beside the ES modules that `nest build` makes: the same sources, a second run of tsc.
// The types are written again, because a declaration file says by its place which form it describes.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

for (const library of ['libs/rocketmq-core', 'libs/nest-rocketmq']) {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', `${library}/tsconfig.cjs.json`], { stdio: 'inherit' });
  writeFileSync(`${library}/dist/cjs/package.json`, '{ "type": "commonjs" }\n');
}
