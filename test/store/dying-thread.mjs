import { parentPort } from 'node:worker_threads';

// What a thread for hashing is when it dies at work.
parentPort.on('message', () => process.exit(1));
