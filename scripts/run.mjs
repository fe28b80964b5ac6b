import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

/** Runs a shell command to its end, without colours. @returns code (null after a signal), both outputs as one text, and seconds */
export function run(command, onText = () => undefined) {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FORCE_COLOR: '0' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      const decoder = new StringDecoder('utf8');
      stream.on('data', (chunk) => {
        const text = decoder.write(chunk);
        onText(text);
        output += text;
      });
    }
    child.on('close', (code) => resolve({ code, output, seconds: (performance.now() - began) / 1000 }));
  });
}
