// Package chat is the traffic of the benchmarks: 25-minute chats of 24 messages, and how they overlap.
//
// Owns: the script of a chat, its events as JSON, the arrival of many chats side by side.
//
// Does not own: sending (openloop), what an engine makes of them.
package chat
