import { startFauxqs } from 'fauxqs';

const server = await startFauxqs({ port: 0, logger: false, defaultRegion: 'eu-west-1' });
process.stdout.write(`${server.port}\n`);
process.stdin.on('end', () => process.exit()).resume();
