import { apacheClassPath, compiledClasses } from './java-artifacts.js';
import { JavaHome } from './java-cluster.js';
import { JavaProcess } from './java-process.js';

const startTimeoutMs = 180_000;
const answerMark = '= ';

const programs = {
  tables: { mainClass: 'Tables', artifact: 'tools' },
  limits: { mainClass: 'Limits', artifact: 'broker' },
} as const;

/**
 * Real classes of Apache RocketMQ, asked for their choices: those of the client (`libs/rocketmq-core/test/interop/java/tables/Tables.java`), or what
 * broker and client hold back under load (`libs/rocketmq-core/test/interop/java/limits/Limits.java`).
 */
export class JavaTables {
  private readonly waiting: ((answer: string) => void)[] = [];

  private constructor(private readonly java: JavaProcess) {
    java.onLine((line) => {
      if (line.startsWith(answerMark)) this.waiting.shift()?.(line.slice(answerMark.length));
    });
  }

  static async start(version: string, program: keyof typeof programs = 'tables'): Promise<JavaTables> {
    const { mainClass, artifact } = programs[program];
    const home = new JavaHome();
    const java = new JavaProcess({
      title: `${program} ${version}`,
      mainClass,
      classPath: [home.conf, compiledClasses(program, artifact, version), apacheClassPath(artifact, version)],
      args: [home.folder],
      homeFolder: home.folder,
    });
    void java.exited.then(() => home.remove());
    await java.line(/^ready/, startTimeoutMs);
    return new JavaTables(java);
  }

  /** @throws Error when the process ends before it answers */
  ask(...words: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      void this.java.exited.then(() => reject(new Error(`Java ended:\n${this.java.output}`)));
      this.java.write(words.map(encodeURIComponent).join(' '));
    });
  }

  async stop(): Promise<void> {
    this.java.write('quit');
    await this.java.exited;
  }
}
