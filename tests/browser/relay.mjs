// relay.mjs -- a line between browser and daemon that a test can cut and mend.
import { once } from "node:events";
import { connect, createServer } from "node:net";

export async function startRelay(target) {
  let { hostname, port } = new URL(target);
  const sockets = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  const listen = async (at) => {
    server.listen(at, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const own = server.address().port;
  const cut = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const mend = (other = target) => {
    ({ hostname, port } = new URL(other));
    return listen(own);
  };
  return { url: `http://127.0.0.1:${own}`, cut, mend, stop: async () => server.listening && cut() };
}
