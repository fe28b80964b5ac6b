import { connect } from 'node:net';

const getBrokerRuntimeInfo = 28;
const getBrokerClusterInfo = 106;
const success = 0;
const pollMs = 50;

interface Answer {
  readonly code: number;
  readonly remark: string;
  readonly body: string;
}

/** One request with a JSON header and no body. Written out here so that the tests of the oracle do not lean on our own code. */
function ask(address: string, requestCode: number): Promise<Answer> {
  const [host, port] = address.split(':');
  const header = Buffer.from(JSON.stringify({ code: requestCode, language: 'JAVA', version: 479, opaque: 1, flag: 0 }));
  const frame = Buffer.alloc(8 + header.length);
  frame.writeInt32BE(4 + header.length, 0);
  frame.writeInt32BE(header.length, 4);
  header.copy(frame, 8);
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect(Number(port), host, () => socket.write(frame));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${address} closed the connection`)));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 8 || received.length < 4 + received.readInt32BE(0)) return;
      const bodyFrom = 8 + (received.readInt32BE(4) & 0xffffff);
      const { code, remark = '' } = JSON.parse(received.toString('utf8', 8, bodyFrom)) as { code: number; remark?: string };
      resolve({ code, remark, body: received.toString('utf8', bodyFrom, 4 + received.readInt32BE(0)) });
      socket.destroy();
    });
  });
}

async function until(what: string, holds: () => Promise<true | string>, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await holds();
    if (answer === true) return;
    if (Date.now() > end) throw new Error(`${what} not within ${timeoutMs} ms: ${answer}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Apache brokers of 5.x say that they are up before the name server has them. Asks until it has. */
export async function registered(nameServer: string, brokerAddress: string, timeoutMs: number): Promise<void> {
  const isThere = async () => {
    const { body } = await ask(nameServer, getBrokerClusterInfo);
    return body.includes(`"${brokerAddress}"`) || body;
  };
  await until(`${brokerAddress} registered with ${nameServer}`, isThere, timeoutMs);
}

/**
 * Apache brokers sample their figures once a second and have none before the first time: until then all that asks for the state of the broker is
 * answered with the stack of a NoSuchElementException (StoreStatsService.getPutTps). Asks until they have.
 */
export async function sampled(brokerAddress: string, timeoutMs: number): Promise<void> {
  const answers = async () => {
    const { code, remark } = await ask(brokerAddress, getBrokerRuntimeInfo);
    return code === success || remark;
  };
  await until(`figures of ${brokerAddress}`, answers, timeoutMs);
}
