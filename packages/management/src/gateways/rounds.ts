/** In every round of writers that meet, one wins: so many may meet before somebody is sent away. */
export const ROUNDS = 12;
