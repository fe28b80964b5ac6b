import { apacheClassPath, compiledClasses } from './java-artifacts.js';
import { JavaHome } from './java-cluster.js';
import { JavaProcess } from './java-process.js';

/** The SQL92 evaluator of one Apache version in a Java process. */
export class JavaFilters {
  private readonly waiting: ((line: string) => void)[] = [];

  private constructor(private readonly java: JavaProcess) {
    java.onLine((line) => this.waiting.shift()?.(line));
  }

  static async start(version: string): Promise<JavaFilters> {
    const home = new JavaHome();
    const java = new JavaProcess({
      title: `SQL92 filters ${version}`,
      mainClass: 'Filters',
      classPath: [home.conf, compiledClasses('filters', 'broker', version), apacheClassPath('broker', version)],
      env: { ROCKETMQ_HOME: home.folder },
      homeFolder: home.folder,
    });
    void java.exited.then(() => home.remove());
    await java.line(/^ready/, 180_000);
    return new JavaFilters(java);
  }

  /** `true`, `false`, `null`, `failed` or `refused`. */
  async evaluate(expression: string, properties: ReadonlyMap<string, string>): Promise<string> {
    const pairs = [...properties].map((pair) => pair.map(encodeURIComponent).join('='));
    const ended = this.java.exited.then(() => Promise.reject(new Error(`the Java filters ended:\n${this.java.output}`)));
    const answer = new Promise<string>((resolve) => this.waiting.push(resolve));
    this.java.write(`${encodeURIComponent(expression)} ${pairs.join('&')}`);
    return Promise.race([answer, ended]);
  }

  async stop(): Promise<void> {
    this.java.write('quit');
    await this.java.exited;
  }
}
