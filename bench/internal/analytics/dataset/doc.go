// Package dataset makes a year of a contact centre's records, row by row, ready for COPY.
//
// Owns: the stated distributions, the seed, the encoding of rows as Postgres' binary COPY. The same
// size, seed and end give the same bytes, on any number of cores.
//
// Does not own: the tables and their partitions (load), what is asked of the rows (question).
//
// The distributions, all drawn independently unless said otherwise:
//
//   - When: the quarter of an hour in which a conversation begins has the weight season x weekday x
//     hour of Copenhagen's wall clock: months from 0.88 (July) to 1.25 (December), Monday 1.20 to
//     Sunday 0.22, office hours 8 to 17 with a dip at noon, an evening tail, little at night, and
//     each day off by a factor uniform in [0.9, 1.1].
//   - Where: 20 queues with weights 1/(rank+2); each takes all five channels, one of them three times
//     as much as it is used elsewhere (messaging 28 %, voice 26 %, chat 22 %, email 18 %, sms 6 %).
//   - Who: 200 agents in 10 groups of 20, of whom the last in each is a bot; a group serves two
//     queues, and every eighth leg goes to an agent of any group. Requesters are uniform over one
//     for each 8 engagements.
//   - Legs: 10 % of chats and messages begin with a bot's leg of 20 to 120 s; 13 % of human legs are
//     transferred, 6 % come back after a while; at most four legs a conversation.
//   - Lengths are lognormal: median and sigma of a leg by channel (voice 280 s, 0.8; chat 540 s, 0.8;
//     messaging 900 s, 1.0; sms 800 s, 1.0; email 700 s, 1.1), in a queue 40 s, 1.2, of an offer
//     7 s, 0.7, of a first reply 25 s, 0.9 (email 400 s, 1.0), of a wrap-up 35 s, 0.7; a leg is cut
//     at 4 h.
//   - Around a leg: 0.14 failed offers before each accepted one, 1.4 requester waits on a leg with
//     messages (fewer than in life, so that ten million engagements fit into memory), 3 % of legs
//     without a reply, 7 % of inbound conversations abandoned in the queue, a survey after 28 % of
//     conversations of which 38 % are answered, a closing after 70 %; 60 tags by 1/(rank+3), 0 to 3 a
//     conversation.
//   - A second, small organization has 2 % of the rows.
//
// A conversation that would run over the end of its month is moved back until it does not: every
// partition is made by itself.
package dataset
