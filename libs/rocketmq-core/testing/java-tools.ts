import { apacheClassPath, compiledClasses } from './java-artifacts.js';
import { JavaHome } from './java-cluster.js';
import { JavaProcess } from './java-process.js';

const endMark = 'end of command';
const commandTimeoutMs = 180_000;

/** `mqadmin` of one Apache version, all commands in one process: most of the time of a command of its own goes into starting and ending Java. */
export class JavaTools {
  private constructor(private readonly java: JavaProcess) {}

  static async start(version: string, nameServers: string): Promise<JavaTools> {
    const home = new JavaHome();
    const java = new JavaProcess({
      title: `mqadmin ${version}`,
      mainClass: 'Tools',
      classPath: [home.conf, compiledClasses('tools', 'tools', version), apacheClassPath('tools', version)],
      jvm: [`-Drocketmq.home.dir=${home.folder}`, `-Drocketmq.namesrv.addr=${nameServers}`],
      env: { ROCKETMQ_HOME: home.folder },
      homeFolder: home.folder,
    });
    void java.exited.then(() => home.remove());
    await java.line(/^ready/, 180_000);
    return new JavaTools(java);
  }

  /**
   * What one command printed, errors included; call after call.
   * @throws Error when it does not end.
   */
  run(...args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const lines: string[] = [];
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        forget();
        settle();
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`mqadmin ${args.join(' ')} did not end:\n${this.java.output}`))),
        commandTimeoutMs,
      );
      const forget = this.java.onLine((line) => {
        if (line === endMark) finish(() => resolve(lines.join('\n')));
        else lines.push(line);
      });
      this.java.write(args.map(encodeURIComponent).join(' '));
    });
  }

  async stop(): Promise<void> {
    this.java.write('quit');
    await this.java.exited;
  }
}
