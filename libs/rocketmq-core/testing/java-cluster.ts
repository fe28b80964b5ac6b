import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freeListenPort } from './free-ports.js';
import { type ApacheArtifact, apacheClassPath } from './java-artifacts.js';
import { type JavaExit, JavaProcess } from './java-process.js';
import { registered, sampled } from './java-registration.js';

/** Keys of broker.conf or namesrv.conf. */
export type JavaConf = Readonly<Record<string, string | number | boolean>>;

export interface JavaServerOptions {
  /** Of Apache RocketMQ, as `5.5.0`. */
  readonly version: string;
  /** Picked when absent. */
  readonly port?: number;
  readonly conf?: JavaConf;
  readonly jvm?: readonly string[];
}

export interface JavaBrokerOptions extends JavaServerOptions {
  /** host:port, several with `;`. */
  readonly nameServers: string;
  /** `storePathRootDir`; a folder that ends with the broker when absent. */
  readonly storeFolder?: string;
}

/** A running Apache name server or broker. */
export interface JavaServer {
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<JavaExit>;
  /** The last lines it printed; warnings and errors of its log are among them. */
  output(): string;
  /** SIGTERM, then waits for its end. */
  stop(): Promise<void>;
  /** SIGKILL, then waits for its end. */
  kill(): Promise<void>;
}

const startTimeoutMs = 180_000;

// Warnings to standard error, nothing into files. 5.x looks for rmq.logback.xml in its class path, 4.9 for files below ROCKETMQ_HOME/conf.
const logback = `<configuration>
  <statusListener class="ch.qos.logback.core.status.NopStatusListener"/>
  <appender name="stderr" class="ch.qos.logback.core.ConsoleAppender">
    <target>System.err</target>
    <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{20} %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="stderr"/></root>
</configuration>
`;

/** A temporary folder laid out as ROCKETMQ_HOME, with quiet logging. */
export class JavaHome {
  readonly folder = mkdtempSync(join(tmpdir(), 'rocketmq-java-'));
  readonly conf = join(this.folder, 'conf');

  constructor() {
    mkdirSync(this.conf);
    for (const name of ['rmq.logback.xml', 'logback_namesrv.xml', 'logback_broker.xml', 'logback_tools.xml'])
      writeFileSync(join(this.conf, name), logback);
  }

  file(name: string, content: JavaConf): string {
    const path = join(this.folder, name);
    const lines = Object.entries(content).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(path, lines.join(''));
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Launch {
  readonly kind: ApacheArtifact;
  readonly mainClass: string;
  readonly home: JavaHome;
  readonly confFile: string;
  readonly port: number;
  readonly options: JavaServerOptions;
  readonly ready?: () => Promise<void>;
}

async function launch({ kind, mainClass, home, confFile, port, options, ready }: Launch): Promise<JavaServer> {
  const java = new JavaProcess({
    title: `Apache ${kind} ${options.version}`,
    mainClass,
    classPath: [home.conf, apacheClassPath(kind, options.version)],
    args: ['-c', confFile],
    jvm: [`-Drocketmq.home.dir=${home.folder}`, ...(options.jvm ?? [])],
    env: { ROCKETMQ_HOME: home.folder },
    homeFolder: home.folder,
  });
  void java.exited.then(() => home.remove());
  try {
    await java.line(/boot success/, startTimeoutMs);
    await ready?.();
  } catch (error) {
    await java.kill();
    throw error;
  }
  return {
    address: `127.0.0.1:${port}`,
    port,
    pid: java.pid,
    exited: java.exited,
    output: () => java.output,
    stop: () => java.stop(),
    kill: () => java.kill(),
  };
}

/** @throws Error with what it printed when it does not come up. */
export async function startJavaNameServer(options: JavaServerOptions): Promise<JavaServer> {
  const home = new JavaHome();
  const port = options.port ?? (await freeListenPort());
  const confFile = home.file('namesrv.conf', {
    listenPort: port,
    rocketmqHome: home.folder,
    kvConfigPath: join(home.folder, 'kvConfig.json'),
    configStorePath: join(home.folder, 'namesrv.properties'),
    ...options.conf,
  });
  return launch({ kind: 'namesrv', mainClass: 'org.apache.rocketmq.namesrv.NamesrvStartup', home, confFile, port, options });
}

/** @throws Error with what it printed when it does not come up, as when its store is locked. */
export async function startJavaBroker(options: JavaBrokerOptions): Promise<JavaServer> {
  const home = new JavaHome();
  const port = options.port ?? (await freeListenPort());
  const store = options.storeFolder ?? join(home.folder, 'store');
  const confFile = home.file('broker.conf', {
    brokerClusterName: 'DefaultCluster',
    brokerName: 'broker-a',
    brokerId: 0,
    brokerRole: 'ASYNC_MASTER',
    flushDiskType: 'ASYNC_FLUSH',
    brokerIP1: '127.0.0.1',
    listenPort: port,
    rocketmqHome: home.folder,
    namesrvAddr: options.nameServers,
    storePathRootDir: store,
    storePathCommitLog: join(store, 'commitlog'),
    autoCreateTopicEnable: true,
    autoCreateSubscriptionGroup: true,
    // On a busy machine Apache would turn sends away that waited for 200 ms; what is compared here is not its patience.
    brokerFastFailureEnable: false,
    osPageCacheBusyTimeOutMills: 60_000,
    ...options.conf,
  });
  const nameServers = options.nameServers.split(';');
  const ready = async (): Promise<void> => {
    const address = `127.0.0.1:${port}`;
    await Promise.all(nameServers.map((nameServer) => registered(nameServer, address, startTimeoutMs)));
    await sampled(address, startTimeoutMs);
  };
  return launch({ kind: 'broker', mainClass: 'org.apache.rocketmq.broker.BrokerStartup', home, confFile, port, options, ready });
}

export interface JavaRunOptions {
  readonly kind: ApacheArtifact;
  readonly version: string;
  readonly mainClass: string;
  readonly args?: readonly string[];
  readonly nameServers: string;
  /** Folders before the artifact in the class path. */
  readonly classes?: readonly string[];
  /** Ends it, as endless examples need, once this says so of what it printed so far. */
  readonly enough?: (lines: readonly string[]) => boolean;
  readonly timeoutMs?: number;
}

export interface JavaRunResult extends JavaExit {
  readonly lines: readonly string[];
}

/**
 * Runs one main class to its end (or until it has printed enough), the name servers given by NAMESRV_ADDR.
 * @throws Error when it does not end in time.
 */
export async function javaRun(options: JavaRunOptions): Promise<JavaRunResult> {
  const home = new JavaHome();
  const java = new JavaProcess({
    title: options.mainClass,
    mainClass: options.mainClass,
    classPath: [home.conf, ...(options.classes ?? []), apacheClassPath(options.kind, options.version)],
    args: options.args ?? [],
    // The client reads the property before the variable.
    jvm: [`-Drocketmq.home.dir=${home.folder}`],
    env: { ROCKETMQ_HOME: home.folder, NAMESRV_ADDR: options.nameServers },
    homeFolder: home.folder,
  });
  const lines: string[] = [];
  java.onLine((line) => {
    lines.push(line);
    if (options.enough?.(lines) === true) void java.stop();
  });
  const timeoutMs = options.timeoutMs ?? 180_000;
  const timer = setTimeout(() => void java.kill(), timeoutMs);
  const exit = await java.exited;
  clearTimeout(timer);
  home.remove();
  if (exit.signal === 'SIGKILL') throw new Error(`${options.mainClass} did not end within ${timeoutMs} ms:\n${java.output}`);
  return { ...exit, lines };
}
