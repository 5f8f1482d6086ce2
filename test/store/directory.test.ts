import { conformance } from './conformance.ts';
import { directoryFixture } from './directory-fixture.ts';

conformance('A directory', directoryFixture);
