import { connect } from 'node:net';

const getBrokerClusterInfo = 106;
const pollMs = 50;

/** One request with a JSON header and no body; answers the body of the response. Written out here so that the tests of the oracle do not lean on our own code. */
function ask(address: string, requestCode: number): Promise<string> {
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
      const headerSize = received.readInt32BE(4) & 0xffffff;
      resolve(received.toString('utf8', 8 + headerSize, 4 + received.readInt32BE(0)));
      socket.destroy();
    });
  });
}

/** Apache brokers of 5.x say that they are up before the name server has them. Asks until it has. */
export async function registered(nameServer: string, brokerAddress: string, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await ask(nameServer, getBrokerClusterInfo)).includes(`"${brokerAddress}"`)) {
    if (Date.now() > end) throw new Error(`${brokerAddress} did not register with ${nameServer} within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
