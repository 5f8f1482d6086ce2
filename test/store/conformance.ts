import { describe } from 'node:test';
import { abortingSentences } from './conformance/aborting.ts';
import { changingSentences } from './conformance/changing.ts';
import { type MakeFixture, sentencesWith } from './conformance/fixture.ts';
import { folderSentences } from './conformance/folders.ts';
import { listingSentences } from './conformance/listing.ts';
import { readingSentences } from './conformance/reading.ts';
import { swappingSentences } from './conformance/swapping.ts';
import { writingSentences } from './conformance/writing.ts';

/** Holds a store to the contract in src/store/store.ts: its sentences as tests. What no test can
 * show (how long a call may take, what a log may say) is in the tests of the stores. */
export function conformance(name: string, make: MakeFixture): void {
  const sentence = sentencesWith(make);
  describe(`${name} as a Store`, () => {
    listingSentences(sentence);
    readingSentences(sentence);
    writingSentences(sentence);
    folderSentences(sentence);
    swappingSentences(sentence);
    changingSentences(sentence);
    abortingSentences(sentence);
  });
}
