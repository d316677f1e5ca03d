// Command engaged is the engagement engine: API, worker and the tools to run them, in one binary.
//
// Owns: the command line, the wiring of a process, its start and its shutdown.
//
// Does not own: any rule. Commands put the packages of the house together and print what they say.
package main
