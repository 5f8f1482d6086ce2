import { describe } from 'node:test';
import { takesOver } from './take-over.ts';

describe('What kubectl has installed, with Helm 4', () => takesOver('helm4'));
