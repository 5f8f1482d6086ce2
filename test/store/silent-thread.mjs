import { parentPort } from 'node:worker_threads';

// What a thread for hashing is when it never comes to an end.
parentPort.on('message', () => {
  for (;;);
});
