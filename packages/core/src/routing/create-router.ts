import type { Router } from '../ports/routing.ts';
import { Walk } from './walk/walk.ts';

/** The engine that walks deployed routes. */
export const createRouter = (): Router => ({
  walk: (route, request, draw) => new Walk(route, request, draw),
});
